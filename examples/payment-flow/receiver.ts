import { verifyWebhook, WebhookVerificationError } from '@buzzer/client'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

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
  /** Null as long as it does not know one. */
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
    // As it came: what is parsed and written again has another signature.
    const body = await text(request)
    const secret = receiving.secret()
    if (secret === null || !receiving.isOpen()) return 503
    const { id, event } = await verifyWebhook<Event<Data>>(body, request.headers, { secret })
    if (taken.has(id)) repeated += 1
    else receiving.take(event)
    taken.add(id)
    return 204
  }

  const server = createServer((request, response) => {
    statusOf(request).then(
      (status) => response.writeHead(status).end(),
      (fault: unknown) =>
        response.writeHead(fault instanceof WebhookVerificationError ? 401 : 500).end(),
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
