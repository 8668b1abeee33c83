import type { Socket } from 'node:net'
import { problems } from '@buzzer/contract'

/** Answers what is not HTTP, or too much of it, on the bare socket and closes it. */
export function rejectBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const [code, detail] = explain(error.code)
  const { status, title } = problems[code]
  const body = JSON.stringify({ type: 'about:blank', title, status, detail, code })
  socket.end(
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
}

function explain(code: string | undefined): readonly [keyof typeof problems, string] {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return ['headers-too-large', 'The request headers are larger than 16 KiB in all.']
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return ['request-timeout', 'The request did not arrive within 60 seconds.']
    default:
      return ['malformed-body', 'This is not an HTTP/1.1 request.']
  }
}
