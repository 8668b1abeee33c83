import type { EndpointId, Problem } from '@buzzer/contract'
import { sharedTenant } from '../../core/channel.ts'
import { replayLane } from '../../core/lane.ts'
import type { Millis } from '../../core/time.ts'
import type { ChannelEvent } from '../../ports/events.ts'
import type { EngineContext } from '../context.ts'
import { channelMessage } from '../fan-out/channel-messages.ts'
import { writeMessages } from '../fan-out/write-messages.ts'
import type { Asker } from '../find.ts'
import { pause } from '../persist.ts'
import { findOffset } from './find-offset.ts'
import { whyNotSent, type SentMany } from './send-again.ts'
import type { Subscriber } from './subscriber.ts'

export interface Replay {
  readonly endpoint: EndpointId
  /** Inclusive. */
  readonly since: Millis
  /** Exclusive. */
  readonly until: Millis
  /** One of the webhook's channels; null for all of them. */
  readonly channel: string | null
  /** Milliseconds between two deliveries. */
  readonly everyMs: number
  /** The caller went away, or the server stops: what is left is not replayed. */
  readonly signal: AbortSignal
}

const pageSize = 100
const channelsPage = 500

/**
 * Delivers what is kept of a time once more to one webhook, as if it had happened now: what it asks
 * for today decides, and a lane of its own keeps live events from waiting behind it.
 */
export async function replay(ctx: EngineContext, asker: Asker, order: Replay): Promise<SentMany> {
  const problem = await whyNotSent(ctx, asker.tenant, order.endpoint)
  if (problem !== null) return { kind: 'refused', problem }
  const subscriber = ctx.subscribers.find(order.endpoint)
  if (subscriber === null) return { kind: 'scheduled', count: 0 }
  const { channel } = order
  if (channel !== null && !subscriber.isFor(asker.tenant, channel)) {
    return { kind: 'refused', problem: noChannelOfIt(channel) }
  }
  const start = ctx.clock.now()
  let count = 0
  for await (const page of pagesOf(ctx, subscriber, order)) {
    const dueAt = Math.round(start + count * order.everyMs)
    const began = ctx.clock.monotonic()
    count += await write(ctx, subscriber, page, { dueAt, everyMs: order.everyMs })
    // Half of the store is for others.
    await pause(ctx, ctx.clock.monotonic() - began)
  }
  return { kind: 'scheduled', count }
}

const noChannelOfIt = (channel: string): Problem => ({
  code: 'validation-failed',
  detail: `The webhook does not subscribe to '${channel}', so that nothing of it would be sent.`,
  errors: [{ pointer: '/channel', detail: 'is no channel of this webhook' }],
})

interface EventsPage {
  readonly channel: string
  readonly events: readonly ChannelEvent[]
}

async function* pagesOf(
  ctx: EngineContext,
  subscriber: Subscriber,
  order: Replay,
): AsyncGenerator<EventsPage> {
  for await (const { tenant, channel } of channelsOf(ctx, subscriber, order)) {
    let cursor = await findOffset(ctx, tenant, channel, order.since)
    while (!order.signal.aborted) {
      const { events } = await ctx.store.events.read(tenant, channel, cursor, pageSize)
      const within = events.filter(({ at }) => at >= order.since && at < order.until)
      if (within.length > 0) yield { channel, events: within }
      const last = events.at(-1)
      if (last === undefined || last.at >= order.until) break
      cursor = last.offset
    }
  }
}

interface Source {
  readonly tenant: string
  readonly channel: string
}

async function* channelsOf(
  ctx: EngineContext,
  subscriber: Subscriber,
  { channel, signal }: Replay,
): AsyncGenerator<Source> {
  const own = subscriber.endpoint.tenant
  const isMeant = (name: string): boolean =>
    (channel === null || sameChannel(name, channel)) && subscriber.isFor(own, name)
  for (const tenant of [own, sharedTenant]) {
    for await (const name of namesOf(ctx, tenant, signal)) {
      if (isMeant(name)) yield { tenant, channel: name }
    }
  }
}

async function* namesOf(
  { store }: EngineContext,
  tenant: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  for (let after = ''; !signal.aborted;) {
    const names = await store.events.channels(tenant, after, channelsPage)
    yield* names
    if (names.length < channelsPage) return
    after = names.at(-1) ?? ''
  }
}

/** Dots and slashes mean the same. */
const sameChannel = (a: string, b: string): boolean =>
  a.replaceAll('/', '.') === b.replaceAll('/', '.')

async function write(
  ctx: EngineContext,
  subscriber: Subscriber,
  { channel, events }: EventsPage,
  { dueAt, everyMs }: { readonly dueAt: Millis; readonly everyMs: number },
): Promise<number> {
  const { endpoint } = subscriber
  const lane = replayLane(endpoint.id)
  const { made, skipped } = await writeMessages(ctx, null, async (messages) => {
    for (const event of events) {
      const message = await channelMessage(
        ctx,
        { tenant: endpoint.tenant, channel, event },
        {
          subscribers: [subscriber],
          lane,
          dueAt: Math.round(dueAt + messages.length * everyMs),
        },
      )
      if (message !== null) messages.push(message)
    }
  })
  return made - skipped
}
