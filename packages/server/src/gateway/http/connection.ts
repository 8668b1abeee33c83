import type { Server, ServerResponse } from 'node:http'

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
