import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import {
  createServer,
  request as callUpstream,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import { stripTypeScriptTypes } from 'node:module'
import { connect, type AddressInfo } from 'node:net'
import { extname } from 'node:path'
import process from 'node:process'
import { pipeline, type Duplex } from 'node:stream'

/** The server of a web application: its page, and Buzzer below `/v1/` of the same origin. */
export interface PageServer extends AsyncDisposable {
  readonly url: string
  /** Where Buzzer is. */
  leadTo(url: string): void
}

/**
 * Serves a folder at `/` and what all pages share at `/browser/`, on the loopback address. Requests
 * below `/v1/` are passed on as they are, `Host` and `Origin` included: Buzzer has to know this
 * address as its `publicUrl`, and looks at both itself.
 *
 * @param port 0 for any that is free
 */
export async function servePage(folder: URL, port: number): Promise<PageServer> {
  const files = new Map([
    ...(await readFiles(folder, '/')),
    ...(await readFiles(new URL('browser/', import.meta.url), '/browser/')),
  ])
  let url = ''
  let buzzer: URL | null = null

  const server = createServer((request, response) => {
    const path = request.url ?? '/'
    // Under another name, such as localhost, the page could be read but Buzzer would not answer.
    if (`http://${request.headers.host}` !== url) {
      response.writeHead(307, { location: new URL(path, url).href }).end()
    } else if (!path.startsWith('/v1/')) {
      answer(response, files.get(path.replace(/\?.*/, '')))
    } else if (buzzer === null) {
      response.writeHead(503).end()
    } else {
      passOn(buzzer, request, response)
    }
  })
  server.on('upgrade', (request, near, head) => {
    if (buzzer === null || `http://${request.headers.host}` !== url) return void near.destroy()
    joinSockets(buzzer, request, near, head)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    leadTo: (target) => void (buzzer = new URL(target)),
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}

interface ServedFile {
  readonly mediaType: string
  readonly text: string
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ts': 'text/javascript; charset=utf-8',
}

/** All that is ever served is read at the start, so that no path can lead elsewhere. */
async function readFiles(folder: URL, at: string): Promise<readonly [string, ServedFile][]> {
  const names = (await readdir(folder)).filter((name) => extname(name) in mediaTypes)
  return Promise.all(
    names.map(async (name): Promise<[string, ServedFile]> => {
      const text = await readFile(new URL(name, folder), 'utf8')
      const mediaType = mediaTypes[extname(name)] ?? ''
      // Browsers run what is left of TypeScript when its types are blanked out.
      const served = name.endsWith('.ts') ? stripTypeScriptTypes(text) : text
      return [at + (name === 'index.html' ? '' : name), { mediaType, text: served }]
    }),
  )
}

function answer(response: ServerResponse, file: ServedFile | undefined): void {
  if (file === undefined) return void response.writeHead(404).end()
  response.writeHead(200, {
    'content-type': file.mediaType,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    // A page that takes text from others lets nothing run that is not its own.
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
      "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
  })
  response.end(file.text)
}

function passOn(buzzer: URL, request: IncomingMessage, response: ServerResponse): void {
  const { method, headers, url = '/' } = request
  const upstream = callUpstream(new URL(url, buzzer), { ...(method && { method }), headers })
  upstream.once('response', (answered) => {
    response.writeHead(answered.statusCode ?? 502, answered.headers)
    pipeline(answered, response, () => {})
  })
  upstream.on('error', () => {
    if (response.headersSent) response.destroy()
    else response.writeHead(502).end()
  })
  response.once('close', () => upstream.destroy())
  request.pipe(upstream)
}

/** A WebSocket: the request is said again to Buzzer, and from there on bytes go both ways. */
function joinSockets(buzzer: URL, request: IncomingMessage, near: Duplex, head: Buffer): void {
  const far = connect({ port: Number(buzzer.port), host: buzzer.hostname, noDelay: true })
  const lines = [`${request.method} ${request.url} HTTP/1.1`]
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    lines.push(`${request.rawHeaders[index]}: ${request.rawHeaders[index + 1]}`)
  }
  far.write(`${lines.join('\r\n')}\r\n\r\n`)
  far.write(head)
  for (const [from, to] of [
    [near, far],
    [far, near],
  ] as const) {
    from.on('error', () => {})
    from.once('close', () => to.destroy())
    from.pipe(to)
  }
}

/** Resolves when this program is asked to end. */
export function untilStopped(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve)
  return promise
}
