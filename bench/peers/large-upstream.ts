import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An API that gives as many bytes as its path says, and holds none of them. */

const piece = Buffer.alloc(65_536, 'a line of a long report\n')

async function give(response: ServerResponse, bytes: number): Promise<void> {
  const headers = { 'content-type': 'application/pdf', 'content-length': bytes }
  response.writeHead(200, headers)
  for (let left = bytes; left > 0 && !response.destroyed; left -= piece.byteLength) {
    if (!response.write(piece.subarray(0, left))) await once(response, 'drain')
  }
  response.end()
}

const server = createServer((incoming, response) => {
  give(response, Number(incoming.url?.slice(1))).catch(() => response.destroy())
})
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.once('disconnect', () => process.exit())
