import type { Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { promisify } from 'node:util'

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

/** How often a server that is being closed looks for connections that nobody needs any more. */
const idleLookMs = 100

/**
 * Watches the connections of a server, to close it when only answers are waited for. Node closes
 * those that are idle when it is asked to, and would then wait for those that become idle later, and
 * for those on which nothing has come yet, which it takes for busy: browsers and balancers open them
 * to be quick later.
 *
 * @returns what closes it, when all that was asked for is answered
 */
export function watchConnections(server: Server): () => Promise<void> {
  const open = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  const closeIdle = (): void => {
    server.closeIdleConnections()
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy()
  }
  return async () => {
    const closed = promisify(server.close.bind(server))()
    closeIdle()
    const timer = setInterval(closeIdle, idleLookMs)
    await closed.finally(() => clearInterval(timer))
  }
}
