import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'

/** Whether nobody listens on this port of the loopback address now. */
export async function isFree(port: number): Promise<boolean> {
  return (await listenBriefly(port)) !== null
}

/** The first free port from the one given, or any free one where the next twenty are taken. */
export async function findFreePort(from: number): Promise<number> {
  for (let port = from; port < from + 20; port += 1) {
    if (await isFree(port)) return port
  }
  return (await listenBriefly(0)) ?? from
}

async function listenBriefly(port: number): Promise<number | null> {
  const server = createServer()
  try {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  } catch {
    return null
  } finally {
    server.close()
  }
}
