export type DocsPage = 'calls' | 'channels'

interface PageParts {
  readonly title: string
  /** From the page to where the server's paths begin. */
  readonly root: string
  readonly document: 'openapi' | 'asyncapi'
}

const parts: Readonly<Record<DocsPage, PageParts>> = {
  calls: { title: 'Calls', root: '', document: 'openapi' },
  channels: { title: 'Channels', root: '../', document: 'asyncapi' },
}

/**
 * A page that renders one of the documents. All links are relative, so that it works below any path.
 *
 * @param hashOf a file's content in short; null where the file is not installed
 */
export function docsPage(page: DocsPage, hashOf: (file: string) => string | null): string {
  const { title, root, document } = parts[page]
  const file = (name: string): string => `${root}docs/${name}?v=${hashOf(name) ?? ''}`
  const isRendered = hashOf('scalar.js') !== null
  const reference = isRendered ? '<div id="reference"></div>' : notInstalled(root, document)
  const scripts = [
    ...(isRendered
      ? [
          `<script src="${file('scalar.js')}"></script>`,
          `<script src="${file('reference.js')}" data-source="${root}${document}.json" data-root="${root || './'}"></script>`,
        ]
      : []),
    ...(page === 'channels' ? [`<script type="module" src="${file('try.js')}"></script>`] : []),
  ]
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${title} · Buzzer</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${file('docs.css')}">
<body class="light-mode">
${page === 'channels' ? '<a class="skip" href="#try-panel">Skip to Try a channel</a>' : ''}
<header class="bar">
  <a class="name" href="${root || './'}">Buzzer</a>
  <nav aria-label="Documents">
    ${tab('calls', page, root)}
    ${tab('channels', page, root)}
  </nav>
  ${page === 'channels' ? '<a class="jump" href="#try-panel">Try a channel</a>' : ''}
  <span class="raw"><a href="${root}${document}.json">${document}.json</a><a href="${root}${document}.yaml">${document}.yaml</a></span>
</header>
${page === 'calls' ? reference : `<div class="beside"><div>${reference}</div>\n${tryPanel(root)}</div>`}
${scripts.join('\n')}
</html>
`
}

const tab = (name: DocsPage, current: DocsPage, root: string): string => {
  const path = name === 'calls' ? `${root}docs` : `${root}docs/channels`
  return `<a href="${path}"${name === current ? ' aria-current="page"' : ''}>${parts[name].title}</a>`
}

const notInstalled = (root: string, document: string): string => `<main class="plain">
<h1>The renderer is not installed</h1>
<p>The document itself is here: <a href="${root}${document}.json">${document}.json</a>,
<a href="${root}${document}.yaml">${document}.yaml</a>. The published package brings the renderer along;
in a clone it comes with <code>npm ci</code>.</p>
</main>`

const tryPanel = (
  root: string,
): string => `<aside class="try" id="try-panel" tabindex="-1" aria-labelledby="try-title">
<h1 id="try-title">Try a channel</h1>
<p id="none" hidden>No channel is declared yet: declare one in <code>buzzer.config.ts</code>, by
<code>PUT /v1/channels/NAME</code>, or import an AsyncAPI document.</p>
<form id="try" data-root="${root}" action="#">
<div id="fields" hidden>
  <label for="channel">Channel</label>
  <select id="channel"></select>
  <div id="parameters"></div>
  <h2>Publish</h2>
  <label for="type">Type</label>
  <input id="type" value="message" maxlength="255" spellcheck="false">
  <label for="data">Data, as JSON</label>
  <textarea id="data" spellcheck="false" rows="8"></textarea>
  <button type="submit">Publish</button>
  <output id="published" for="type data"></output>
  <h2>Watch</h2>
  <label class="inline"><input id="all" type="checkbox" checked> also what is kept of the past</label>
  <button id="watch" type="button" aria-pressed="false">Watch</button>
</div>
  <output id="watched"></output>
  <ol id="events" aria-live="polite" aria-label="Events"></ol>
</form>
</aside>`
