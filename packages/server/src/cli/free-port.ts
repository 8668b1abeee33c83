import { once } from 'node:events'
import { createServer } from 'node:net'

/** Looked for near by, so that it is easy to remember; 0 takes any. */
export async function nextFreePort(host: string, port: number): Promise<number> {
  for (let next = port + 1; next <= Math.min(port + 20, 65_535); next += 1) {
    if (await isFree(host, next)) return next
  }
  return 0
}

export async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer()
  try {
    server.listen(port, host)
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}
