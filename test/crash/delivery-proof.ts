import type { DeliveryDocument, DeliveryListDocument } from '@buzzer/contract'
import { call } from '../support/call.ts'
import type { Promised } from './delivery-load.ts'

/** A request as the receiver saw it, and what it answered. */
export interface Arrival {
  readonly endpoint: string
  readonly webhookId: string
  readonly event: string
  readonly type: string
  readonly subject: string | null
  readonly source: string
  readonly sequence: number
  readonly status: number
}

export interface Evidence {
  readonly promised: Promised
  readonly arrivals: readonly Arrival[]
  /** By the name that the receiver knows an endpoint by, whether it wants what is on a channel. */
  readonly wants: Readonly<Record<string, (channel: string) => boolean>>
}

const tookIt = ({ status }: Arrival): boolean => status < 300

/** What was promised and did not arrive; nothing, in the end. */
export function missing({ promised, arrivals, wants }: Evidence): readonly string[] {
  const taken = new Set(
    arrivals.filter(tookIt).map(({ endpoint, event }) => `${endpoint} ${event}`),
  )
  const ended = new Set(
    arrivals
      .filter((each) => tookIt(each) && each.type === 'dev.buzzer.job.succeeded')
      .map(({ subject }) => subject),
  )
  return [
    ...[...promised.events].flatMap(([id, { channel }]) =>
      Object.keys(wants)
        .filter(
          (endpoint) => wants[endpoint]?.(channel) === true && !taken.has(`${endpoint} ${id}`),
        )
        .map((endpoint) => `${id} did not arrive at ${endpoint}`),
    ),
    ...[...promised.jobs].filter((job) => !ended.has(job)).map((job) => `${job} did not call back`),
  ]
}

/** Whether an endpoint saw a channel in its order, repetitions left out. */
export function outOfOrder({ arrivals }: Evidence, ordered: string): readonly string[] {
  const seen = new Set<string>()
  let last = 0
  return arrivals.flatMap(({ endpoint, event, sequence }) => {
    if (endpoint !== ordered || seen.has(event)) return []
    seen.add(event)
    const isNext = sequence > last
    last = sequence
    return isNext ? [] : [`${event} (${sequence}) came late`]
  })
}

/** What the server says of its deliveries, held against what the receiver saw. */
export function contradicted(
  { arrivals }: Evidence,
  deliveries: readonly DeliveryDocument[],
): readonly string[] {
  const taken = new Set(arrivals.filter(tookIt).map(({ webhookId }) => webhookId))
  const known = new Set<string>(deliveries.map(({ id }) => id))
  const goals = deliveries.map(
    ({ webhook, callback, event }) => `${webhook ?? callback} ${event.id} ${event.type}`,
  )
  return [
    ...deliveries
      .filter(({ id, state }) => state !== 'delivered' || !taken.has(id))
      .map(({ id, state }) => `${id} is ${state}, and was ${taken.has(id) ? '' : 'not '}received`),
    ...arrivals
      .filter(({ webhookId }) => !known.has(webhookId))
      .map(({ webhookId }) => `${webhookId} was sent, and is not stored`),
    ...goals
      .toSorted((a, b) => a.localeCompare(b))
      .filter((goal, at, all) => goal === all[at - 1])
      .map((goal) => `${goal} is delivered twice`),
  ]
}

/** All deliveries, page by page. */
export async function readDeliveries(
  url: string,
  query = '',
): Promise<readonly DeliveryDocument[]> {
  const all: DeliveryDocument[] = []
  for (let cursor = ''; ;) {
    const answer = await call(url, `/v1/deliveries?limit=1000${query}${cursor}`)
    const { deliveries, next } = answer.json<DeliveryListDocument>()
    all.push(...deliveries)
    if (next === null) return all
    cursor = `&cursor=${next}`
  }
}
