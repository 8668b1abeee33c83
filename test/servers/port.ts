import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below those that the system gives to whoever asks for any, and for outgoing connections. */
const first = 20_000
const last = 32_000

/** Processes begin apart, and none gives a port twice before it has given all. */
let next = first + ((process.pid * 37) % (last - first))

/** A loopback port that nobody listens on, and that the system gives to nobody else. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = next
    next = port === last ? first : port + 1
    if (await isFree(port)) return port
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    await new Promise((resolve) => server.close(resolve))
  }
}
