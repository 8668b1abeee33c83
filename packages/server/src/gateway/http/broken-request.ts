import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { problemDocument, type Problem, type ProblemCode } from '@buzzer/contract'
import { answerUnderWay, letGo } from './connection.ts'

/**
 * Answers what is not HTTP, or too much of it, on the bare socket and closes it.
 *
 * @param publicUrl the server's own address, which is known late
 */
export const createBrokenRequestHandler =
  (publicUrl: () => string) =>
  (error: Error & { code?: string }, socket: Socket): void => {
    // What comes behind the answer is told here too.
    if (socket.writableEnded) return
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
    const response = answerUnderWay(socket)
    if (response?.req.complete === true) return endWith(response)
    const [code, detail] = explain(error.code)
    answer(socket, publicUrl(), { code, detail })
  }

/**
 * What is not HTTP came behind a request that is being answered: its caller must not take what is
 * said of the one for the answer to the other, which may have been accepted.
 */
function endWith(response: ServerResponse): void {
  if (response.headersSent) response.destroy()
  else response.shouldKeepAlive = false
}

/** CONNECT: Node leaves the socket to whoever listens for it. */
export const createTunnelRefusal =
  (publicUrl: () => string) =>
  (_: unknown, socket: Duplex): void => {
    socket.on('error', () => socket.destroy())
    // Its caller would take it for the answer to what was asked before.
    if (answerUnderWay(socket) !== null) return void socket.destroy()
    answer(socket, publicUrl(), { code: 'not-supported', detail: 'This server is no proxy.' })
  }

function answer(socket: Duplex, publicUrl: string, problem: Problem): void {
  const document = problemDocument(problem, publicUrl)
  const body = JSON.stringify(document)
  socket.write(
    `HTTP/1.1 ${document.status} ${document.title}\r\n` +
      'Content-Type: application/problem+json; charset=utf-8\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  )
  letGo(socket)
}

function explain(code: string | undefined): readonly [ProblemCode, string] {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return ['headers-too-large', 'The request headers are larger than 16 KiB in all. Send less.']
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return ['payload-too-large', 'The chunk extensions are larger than 16 KiB. Send less.']
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return ['request-timeout', 'The request did not arrive in time. Send it again.']
    default:
      return ['malformed-body', 'This is not an HTTP/1.1 request; see RFC 9112.']
  }
}
