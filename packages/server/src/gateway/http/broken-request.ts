import type { Socket } from 'node:net'
import { problemDocument, problems } from '@buzzer/contract'

/**
 * Answers what is not HTTP, or too much of it, on the bare socket and closes it.
 *
 * @param publicUrl the server's own address, which is known late
 */
export const createBrokenRequestHandler =
  (publicUrl: () => string) =>
  (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const [code, detail] = explain(error.code)
    const { status, title } = problems[code]
    const body = JSON.stringify(problemDocument({ code, detail }, publicUrl()))
    socket.end(
      `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json; charset=utf-8\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    )
  }

function explain(code: string | undefined): readonly [keyof typeof problems, string] {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return ['headers-too-large', 'The request headers are larger than 16 KiB in all. Send less.']
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return ['payload-too-large', 'The chunk extensions are larger than 16 KiB. Send less.']
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return ['request-timeout', 'The request did not arrive within 60 seconds. Send it again.']
    default:
      return ['malformed-body', 'This is not an HTTP/1.1 request; see RFC 9112.']
  }
}
