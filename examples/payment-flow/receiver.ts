import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { isSigned } from './signature.ts'

/** A CloudEvent, as far as a receiver looks at it. */
export interface Event<Data> {
  readonly type: string
  readonly data: Data
}

export interface Receiver extends AsyncDisposable {
  readonly url: string
  /** Deliveries that came again and changed nothing. */
  readonly repeated: () => number
}

interface Receiving<Data> {
  /** Null as long as nothing is to be trusted. */
  readonly secret: () => string | null
  /** Whether anything is taken now. */
  readonly isOpen: () => boolean
  /** Is called once for each delivery, however often it comes. */
  take(event: Event<Data>): void
}

/** Takes signed events. Whoever sends hears by the status whether it has to come again. */
export async function openReceiver<Data>(receiving: Receiving<Data>): Promise<Receiver> {
  // In a program of your own: a table, written in the transaction of what the event changes.
  const taken = new Set<string>()
  let repeated = 0

  const statusOf = async (request: IncomingMessage): Promise<number> => {
    const body = await buffer(request)
    if (!receiving.isOpen()) return 503
    const secret = receiving.secret()
    if (secret === null || !isSigned(secret, request.headers, body)) return 401
    const id = String(request.headers['webhook-id'])
    if (taken.has(id)) repeated += 1
    else receiving.take(JSON.parse(body.toString()) as Event<Data>)
    taken.add(id)
    return 204
  }

  const server = createServer((request, response) => {
    statusOf(request).then(
      (status) => response.writeHead(status).end(),
      () => response.writeHead(500).end(),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    repeated: () => repeated,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}
