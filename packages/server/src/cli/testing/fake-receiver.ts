import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Received {
  readonly headers: Record<string, string>
  readonly body: string
}

/** A program that is being written. */
export interface FakeReceiver extends AsyncDisposable {
  readonly port: number
  readonly received: readonly Received[]
  /** What the next ones are answered with, null with nothing at all; 204 after those. */
  readonly statuses: (number | null)[]
}

/** @param port 0 for any */
export async function startFakeReceiver(port = 0): Promise<FakeReceiver> {
  const received: Received[] = []
  const statuses: (number | null)[] = []
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      received.push({ headers: request.headers as Record<string, string>, body })
      const status = statuses.length === 0 ? 204 : statuses.shift()
      if (typeof status === 'number') response.writeHead(status, { location: '/elsewhere' }).end()
    })
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    received,
    statuses,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
