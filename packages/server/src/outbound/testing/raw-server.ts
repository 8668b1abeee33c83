import { createServer, type Socket } from 'node:net'

/** A server that can misbehave as it likes, because it only knows bytes. */
export interface RawServer extends AsyncDisposable {
  readonly port: number
  readonly url: string
  /** Sockets that were opened to it. */
  readonly connections: number
  /** Everything that arrived, as Latin-1, in the order of arrival. */
  readonly received: string
}

/**
 * @param onRequest called whenever the head of a request is complete
 * @param host where to listen; `::` takes IPv4 too
 */
export async function startRawServer(
  onRequest: (socket: Socket) => void,
  host = '127.0.0.1',
): Promise<RawServer> {
  const sockets = new Set<Socket>()
  let connections = 0
  let received = ''
  const server = createServer((socket) => {
    connections += 1
    sockets.add(socket)
    let head = ''
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1')
      head += bytes.toString('latin1')
      if (!head.includes('\r\n\r\n')) return
      head = ''
      onRequest(socket)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const address = server.address()
  const port = address !== null && typeof address === 'object' ? address.port : 0
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    get connections() {
      return connections
    },
    get received() {
      return received
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A whole answer that closes nothing. */
export const answer = (status: string, body = '', headers: readonly string[] = []): string =>
  [`HTTP/1.1 ${status}`, `content-length: ${Buffer.byteLength(body)}`, ...headers, '', body].join(
    '\r\n',
  )
