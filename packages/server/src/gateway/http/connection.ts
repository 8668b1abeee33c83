import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** A reader that takes nothing for this long is dropped, in milliseconds. */
export const stalledMs = 60_000

/**
 * Begins with a request when the answers to those before it on its connection are out. Node reads
 * on while an answer is under way (RFC 9112, section 9.3.2), and would keep all the others, of
 * somebody who asks for much and takes nothing, in memory. Where the connection ends before, it
 * never begins.
 */
export function inTurn(response: ServerResponse, begin: () => void): void {
  // An answer gets the connection with its turn.
  if (response.socket === null) response.once('socket', begin)
  else begin()
}

/**
 * Drops readers that do not take what is written for them; it would be held for ever. A connection
 * on which nothing moves because its answer is not there yet stays.
 */
export function dropStalled(server: Server, afterMs = stalledMs): void {
  server.setTimeout(afterMs, (socket) => {
    // Node asks here about connections between two requests as well, after another time.
    if (socket.writableLength > 0 || socket.timeout !== afterMs) socket.destroy()
  })
}

/** The answer that is under way on a connection, which Node tells nobody; null for none. */
export const answerUnderWay = (socket: Duplex): ServerResponse | null =>
  (socket as { readonly _httpMessage?: ServerResponse | null } & Duplex)._httpMessage ?? null

/** So long what still comes is passed over behind a last answer, in milliseconds. */
export const lingerMs = 1_000

/**
 * Lets go of a connection that is no request's any more, with its last answer written. Data that
 * comes after a close is answered with a reset, which can overtake the answer; so what comes is
 * passed over, but not for longer than a moment, as the other side need never close.
 */
export function letGo(socket: Duplex): void {
  socket.end()
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), lingerMs).unref()
  socket.once('close', () => clearTimeout(timer))
}

/**
 * Watches for connections on which nothing has come yet, as browsers and balancers open them to be
 * quick later. Node takes them for busy ones, and closes a server only after them.
 *
 * @returns what closes those that there are
 */
export function watchUnused(server: Server): () => void {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  return () => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy()
  }
}
