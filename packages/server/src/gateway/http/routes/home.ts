import { publicPath } from '@buzzer/contract'
import { json, text } from '../answer/answer.ts'
import type { Route } from '../route.ts'

/** What there is for whoever comes in by the front door, in the order in which they may want it. */
const places: readonly (readonly [name: string, path: string, what: string])[] = [
  ['docs', '/docs', 'all of it to read and to try; the channels at /docs/channels'],
  ['openapi', '/openapi.json', 'what can be called, as OpenAPI; also /openapi.yaml'],
  [
    'asyncapi',
    '/asyncapi.json',
    'the channels and what is sent on them, as AsyncAPI; also /asyncapi.yaml',
  ],
  ['jobs', '/v1/jobs', 'the jobs, newest first'],
  ['deadLetters', '/v1/dead-letters', 'the jobs that used up their attempts'],
  ['problems', '/problems', 'every error and what to do about it'],
  ['health', '/readyz', 'whether it makes progress; /healthz for the process alone'],
  ['metrics', '/metrics', 'counters and gauges, for Prometheus'],
]

/** Says where things are: a page for people, JSON for programs. */
export const home: Route = {
  method: 'GET',
  path: '/',
  scope: 'public',
  handle(ctx, { headers }) {
    const publicUrl = ctx.publicUrl()
    if (headers.accept?.includes('text/html') === true) {
      return text('text/html; charset=utf-8', page(publicUrl), vary)
    }
    const links = places.map(([name, path]) => [name, publicUrl + path] as const)
    return json(200, { name: 'Buzzer', links: Object.fromEntries(links) }, vary)
  },
}

const vary = { vary: 'Accept' }

const page = (publicUrl: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Buzzer</title>
<link rel="icon" href="data:,">
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem }
  dt { margin-top: 1rem; font-weight: 600 } dd { margin: 0 }
</style>
<h1>Buzzer</h1>
<p>It answers calls with 202 at once, and has the outcome when it is ready.</p>
<dl>
${places.map(([, path, what]) => `<dt><a href="${publicPath(publicUrl, path)}">${path}</a></dt><dd>${what}</dd>`).join('\n')}
</dl>
</html>
`
