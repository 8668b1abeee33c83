import { connect } from 'node:net'

export interface RawAnswer {
  /** 0 where the connection closed without an answer. */
  readonly status: number
  /** Names in lower case; the last of a repeated one. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** All that came, for a second answer on the same connection. */
  readonly text: string
}

export interface RawOptions {
  /** After this long of silence what came is taken as all of it. */
  readonly quietMs?: number
}

/** Writes bytes on a socket as they are, and reads until the other side closes. */
export function sendRaw(
  port: number,
  bytes: string | Uint8Array,
  { quietMs = 5_000 }: RawOptions = {},
): Promise<RawAnswer> {
  const { promise, resolve } = Promise.withResolvers<RawAnswer>()
  const chunks: Buffer[] = []
  const socket = connect({ host: '127.0.0.1', port })
  const finish = (): void => {
    socket.destroy()
    resolve(parse(Buffer.concat(chunks).toString('latin1')))
  }
  socket.setTimeout(quietMs, finish)
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.once('close', finish)
  // A reset is the answer to some of what the tests send.
  socket.on('error', () => undefined)
  socket.write(bytes)
  return promise
}

function parse(text: string): RawAnswer {
  const end = text.indexOf('\r\n\r\n')
  const [first = '', ...lines] = (end === -1 ? text : text.slice(0, end)).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0)
  return { status, headers, body: end === -1 ? '' : text.slice(end + 4), text }
}

/** A request as text, with the headers that every one needs. */
export const requestText = (
  port: number,
  line: string,
  headers: readonly string[] = [],
  body = '',
): string =>
  [`${line} HTTP/1.1`, `Host: 127.0.0.1:${port}`, 'Connection: close', ...headers, '', body].join(
    '\r\n',
  )
