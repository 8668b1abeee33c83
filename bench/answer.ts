import { request } from 'node:http'

/** An answer as it was sent, for a peer to send the very same. */
export interface CapturedAnswer {
  readonly status: number
  /** Name, value, name, value; without those that every Node server adds by itself. */
  readonly headers: string[]
  readonly body: string
}

export interface Call {
  readonly port: number
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const addedByNode = new Set(['date', 'connection', 'keep-alive'])

/** Makes one call and keeps its answer. */
export function captureAnswer({
  port,
  method,
  path,
  headers,
  body,
}: Call): Promise<CapturedAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<CapturedAnswer>()
  const call = request({ host: '127.0.0.1', port, method, path, headers }, (response) => {
    let text = ''
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => (text += chunk))
    response.on('end', () => {
      const status = response.statusCode ?? 0
      resolve({ status, headers: withoutNodes(response.rawHeaders), body: text })
    })
    response.once('error', reject)
  })
  call.once('error', reject)
  call.end(body)
  return promise
}

function withoutNodes(raw: readonly string[]): string[] {
  const kept: string[] = []
  for (let at = 0; at < raw.length; at += 2) {
    const [name = '', value = ''] = raw.slice(at, at + 2)
    if (!addedByNode.has(name.toLowerCase())) kept.push(name, value)
  }
  return kept
}
