import { request, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'

export interface CallOptions {
  /** An array of names and values one after the other goes out exactly so. */
  readonly headers?: OutgoingHttpHeaders | readonly string[]
  readonly body?: string | Uint8Array
  /** Written as JSON, with its Content-Type. */
  readonly json?: unknown
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
  readonly text: string
  /** The body, read as JSON; whoever asks for it knows what should be there. */
  json<Shape = Record<string, unknown>>(): Shape
}

/**
 * Sends one request on a connection of its own, with nothing added or taken away; the answer's
 * body comes as the bytes that it was sent as.
 *
 * @param route method and path with query, such as `GET /healthz`
 */
export function call(url: string, route: string, options: CallOptions = {}): Promise<Answer> {
  const [method = 'GET', path = '/'] = route.split(/ (.*)/s)
  const { hostname, port } = new URL(url)
  const body = options.json === undefined ? options.body : JSON.stringify(options.json)
  const headers = headersOf(options, body)
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const outgoing = request({ hostname, port, method, path, agent: false, headers }, (answer) => {
    const chunks: Buffer[] = []
    answer.on('data', (chunk: Buffer) => chunks.push(chunk))
    answer.once('error', reject)
    answer.once('end', () => {
      const all = Buffer.concat(chunks)
      resolve({
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        rawHeaders: answer.rawHeaders,
        body: all,
        text: all.toString('utf8'),
        json: <Shape>() => JSON.parse(all.toString('utf8')) as Shape,
      })
    })
  })
  outgoing.once('error', reject)
  outgoing.end(body)
  return promise
}

function headersOf({ headers = {}, json }: CallOptions, body: string | Uint8Array | undefined) {
  if (isRaw(headers)) return [...headers]
  return {
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    ...(body === undefined || 'transfer-encoding' in headers
      ? {}
      : { 'content-length': Buffer.byteLength(body) }),
    ...headers,
  }
}

const isRaw = (headers: object): headers is readonly string[] => Array.isArray(headers)
