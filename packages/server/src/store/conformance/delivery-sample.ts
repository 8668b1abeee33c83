import { createIdSource, type DeliveryId, type EndpointId } from '@buzzer/contract'
import { defaultDeliveryPolicy, type DeliveryPolicy } from '../../core/delivery-policy.ts'
import type { Delivered, Scheduled, Sending, Undelivered } from '../../core/delivery.ts'
import { moveDelivery, type DeliveryInput } from '../../core/delivery.ts'
import { healthy } from '../../core/endpoint-health.ts'
import type { Endpoint, EndpointSettings } from '../../core/endpoint.ts'
import { liveLane } from '../../core/lane.ts'
import type { DeliverySettlement, LaneWant } from '../../ports/deliveries.ts'
import type { FanOutEntry, FanOutPage, NewDelivery, NewMessage } from '../../ports/fan-out.ts'
import type { Store } from '../../ports/store.ts'
import { minuteMs, tenant } from './sample.ts'

const ids = createIdSource(Date.now, (count) => crypto.getRandomValues(new Uint8Array(count)))
const freshEndpointId = (): EndpointId => ids.next('whk')
export const freshDeliveryId = (): DeliveryId => ids.next('dlv')

interface EndpointWish extends Partial<Omit<Endpoint, 'settings'>> {
  readonly settings?: Partial<EndpointSettings>
  readonly policy?: Partial<DeliveryPolicy>
}

export function sampleEndpoint({ settings, policy, ...wish }: EndpointWish = {}): Endpoint {
  const now = Date.now()
  return {
    id: freshEndpointId(),
    tenant,
    settings: {
      url: 'https://receiver.test/hook',
      description: null,
      channels: ['*'],
      types: null,
      filter: null,
      sealedHeaders: null,
      policy: { ...defaultDeliveryPolicy, ...policy },
      ...settings,
    },
    secrets: [{ sealed: 'sealed', until: null }],
    enabled: true,
    disabled: null,
    health: healthy,
    version: 1,
    createdAt: now,
    changedAt: now,
    ...wish,
  }
}

export async function subscribed(store: Store, wish: EndpointWish = {}): Promise<Endpoint> {
  const endpoint = sampleEndpoint(wish)
  await store.endpoints.create(endpoint)
  return endpoint
}

export const publishTo = (store: Store, channel: string, names: readonly string[], of = tenant) =>
  store.events.publish({
    tenant: of,
    channel,
    history: { count: 1_000, ageMs: null },
    events: names.map((id) => ({ id, source: null, at: Date.now(), text: `{"id":"${id}"}` })),
  })

/** What an entry is about, in short. */
export function nameOf(entry: FanOutEntry): string {
  switch (entry.kind) {
    case 'event':
      return `${entry.tenant} ${entry.channel} ${entry.event.offset}`
    case 'batch':
      return `${entry.batch} ${entry.event.offset} ${entry.event.kind}`
    case 'job':
      return `${entry.before?.state ?? 'none'} ${entry.after.state}`
    case 'piece':
      return `piece ${entry.piece.json}`
  }
}

export const names = ({ entries }: FanOutPage): readonly string[] => entries.map(nameOf)

/** Moves the cursor behind a page, without deliveries. */
export const pass = (store: Store, { move }: FanOutPage) =>
  store.fanOut.write({ move, createdAt: Date.now(), messages: [] })

/** Everything behind the cursor, which it moves. */
export async function drain(store: Store, limit = 1_000): Promise<readonly FanOutEntry[]> {
  const entries: FanOutEntry[] = []
  for (;;) {
    const page = await store.fanOut.read(limit)
    entries.push(...page.entries)
    await pass(store, page)
    if (!page.more) return entries
  }
}

export const sampleMessage = (
  deliveries: readonly NewDelivery[],
  wish: Partial<NewMessage> = {},
): NewMessage => ({
  tenant,
  channel: 'orders',
  offset: 7,
  eventId: 'evt-7',
  type: 'order.made',
  at: 1_000,
  job: null,
  holdsJob: false,
  body: '{"n":7}',
  callback: null,
  deliveries,
  ...wish,
})

export const deliveryTo = (endpoint: EndpointId, wish: Partial<NewDelivery> = {}): NewDelivery => {
  const dueAt = wish.dueAt ?? Date.now()
  return {
    id: freshDeliveryId(),
    target: { kind: 'endpoint', id: endpoint },
    lane: liveLane(endpoint),
    rank: dueAt,
    dueAt,
    leaseUntil: null,
    ...wish,
  }
}

/** One message for each of the deliveries. */
export const write = (
  store: Store,
  deliveries: readonly NewDelivery[],
  wish: Partial<NewMessage> = {},
) =>
  store.fanOut.write({
    move: null,
    createdAt: Date.now(),
    messages: deliveries.map((delivery) => sampleMessage([delivery], wish)),
  })

export const want = (lane: string, wish: Partial<LaneWant> = {}): LaneWant => ({
  lane,
  max: 100,
  ordered: false,
  leaseMs: minuteMs,
  ...wish,
})

export const claimLane = (store: Store, lane: string, wish: Partial<LaneWant> = {}) =>
  store.deliveries.claim({ wants: [want(lane, wish)] })

export async function claimOne(store: Store, lane: string, ordered = false): Promise<Sending> {
  const { claimed } = await claimLane(store, lane, { max: 1, ordered })
  const [first] = claimed
  if (first === undefined) throw new Error(`There was nothing to claim in ${lane}.`)
  return first.delivery
}

/** Records what the core makes of an attempt, as the dispatch does. */
export function record(
  store: Store,
  held: Sending,
  input: Extract<DeliveryInput, { kind: 'deliver' | 'fail' }>,
  wish: Partial<DeliverySettlement> = {},
) {
  const moved = moveDelivery(held, input, Date.now())
  if (moved.kind === 'refused') throw new Error(`Refused: ${moved.reason}`)
  const next = moved.delivery as Scheduled | Delivered | Undelivered
  const isDelivered = input.kind === 'deliver'
  return store.deliveries.settle({
    lease: { id: held.id, fence: held.fence },
    next,
    rank: next.state === 'scheduled' ? next.dueAt : null,
    attempt: {
      attempt: next.attempts,
      at: 5_000,
      latencyMs: 12,
      status: isDelivered ? 200 : 503,
      error: isDelivered ? null : input.reason,
      answer: { headers: { 'x-a': '1' }, body: 'ok', truncated: false },
    },
    verdict: isDelivered ? 'success' : 'failure',
    ...wish,
  })
}

export const everyDelivery = {
  tenant,
  endpoint: null,
  states: null,
  type: null,
  event: null,
  job: null,
  createdAfter: null,
  createdBefore: null,
  limit: 1_000,
  cursor: null,
} as const
