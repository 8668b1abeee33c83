import type { Answer, AnswerHeaders } from '../answer/answer.ts'
import { acceptedBy, chooseEncoding } from '../answer/encoding.ts'
import type { DocsFile, HttpContext } from '../context.ts'
import type { HttpRequest } from '../request/http-request.ts'
import { parseTags } from '../request/if-none-match.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'
import { docsPage, type DocsPage } from './docs-page.ts'

/** The documents as pages, with nothing in them from elsewhere. */
export const docsOfCalls: Route = {
  method: 'GET',
  path: '/docs',
  scope: 'public',
  handle: (ctx, request) => servePage(ctx, request, 'calls'),
}

export const docsOfChannels: Route = {
  method: 'GET',
  path: '/docs/channels',
  scope: 'public',
  handle: (ctx, request) => servePage(ctx, request, 'channels'),
}

/** What the pages are made of. */
export const docsFile: Route = {
  method: 'GET',
  path: '/docs/:file',
  scope: 'public',
  async handle(ctx, request) {
    const name = request.params['file'] ?? ''
    const file = await ctx.docsFiles.read(name)
    if (file !== null) return serveFile(request, file)
    const detail = `There is no file '${name}' of the documentation. It begins at /docs.`
    return refuse(ctx, request, { code: 'route-not-found', detail })
  },
}

/**
 * Scripts come from here alone. Styles may stand in line, because the renderer makes them; it
 * draws with images that it has in itself.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const common: AnswerHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

async function servePage(ctx: HttpContext, request: HttpRequest, page: DocsPage): Promise<Answer> {
  const names = ['docs.css', 'reference.js', 'try.js', 'scalar.js']
  const files = await Promise.all(names.map((name) => ctx.docsFiles.read(name)))
  const hashes = new Map(names.map((name, index) => [name, files[index]?.hash ?? null] as const))
  const body = docsPage(page, (name) => hashes.get(name) ?? null)
  // The page is as its files are, which its links name by what is in them.
  const etag = `"${page}-${[...hashes.values()].map((hash) => (hash ?? 'none').slice(0, 8)).join('-')}"`
  const headers = {
    ...common,
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': policy,
    'cache-control': 'no-cache',
    etag,
  }
  return unlessKnown(request, etag, { kind: 'whole', status: 200, headers, body })
}

const oneYear = 'public, max-age=31536000, immutable'

async function serveFile(request: HttpRequest, file: DocsFile): Promise<Answer> {
  const encoding = chooseEncoding(acceptedBy(request.headers))
  const etag = encoding === null ? `"${file.hash}"` : `"${file.hash}-${encoding}"`
  const isNamed = request.query().get('v') === file.hash
  const headers = {
    ...common,
    'content-type': file.mediaType,
    // Who names what is in it may keep it for ever; others ask again.
    'cache-control': isNamed ? oneYear : 'no-cache',
    'vary': 'Accept-Encoding',
    etag,
    ...(encoding === null ? {} : { 'content-encoding': encoding }),
  }
  const body = encoding === null ? file.bytes : await file.encoded(encoding)
  return unlessKnown(request, etag, { kind: 'whole', status: 200, headers, body })
}

function unlessKnown(
  { headers }: HttpRequest,
  etag: string,
  answer: Extract<Answer, { kind: 'whole' }>,
): Answer {
  if (parseTags(headers['if-none-match'])?.has(`W/${etag}`) !== true) return answer
  const { 'content-type': _, 'content-encoding': __, ...kept } = answer.headers
  return { kind: 'whole', status: 304, headers: kept, body: null }
}
