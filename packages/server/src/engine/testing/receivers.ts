import type { Clock } from '../../ports/clock.ts'
import type { DeliveryChannel, OutgoingDelivery, Sent } from '../../ports/channel.ts'

/** What a receiver got, and when. */
export interface Received {
  readonly at: number
  readonly delivery: OutgoingDelivery
  readonly event: Readonly<Record<string, unknown>>
}

export type Behaviour = (delivery: OutgoingDelivery, attempt: number) => Sent | Promise<Sent>

/** A way out that ends in this process: each URL behaves as it is told. */
export interface Receivers extends DeliveryChannel {
  readonly received: readonly Received[]
  /** What came to one URL. */
  at(url: string): readonly Received[]
  behave(url: string, behaviour: Behaviour): void
}

export const taken: Sent = { kind: 'delivered', status: 204, answer: null }

/** It was called off. */
export const unsent: Sent = { kind: 'unsent' }

export const failing = (status: number, retryAfterMs: number | null = null): Sent => ({
  kind: 'failed',
  reason: `It answered ${status}.`,
  status,
  answer: null,
  retryAfterMs,
  gone: status === 410,
})

export function createReceivers(clock: Pick<Clock, 'now'>): Receivers {
  const received: Received[] = []
  const behaviours = new Map<string, Behaviour>()
  const counts = new Map<string, number>()
  return {
    received,
    at: (url) => received.filter(({ delivery }) => delivery.url === url),
    behave: (url, behaviour) => void behaviours.set(url, behaviour),
    async send(delivery) {
      const attempt = (counts.get(delivery.id) ?? 0) + 1
      counts.set(delivery.id, attempt)
      const text = Buffer.from(delivery.body).toString('utf8')
      const event = JSON.parse(text) as Received['event']
      received.push({ at: clock.now(), delivery, event })
      return (await behaviours.get(delivery.url)?.(delivery, attempt)) ?? taken
    },
    whyNot: (url) => Promise.resolve(url.startsWith('https://') ? null : 'It is not public.'),
  }
}
