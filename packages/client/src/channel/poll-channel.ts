import type { CloudEvent } from '@buzzer/contract'
import { readJsonWith, type Parse } from '../answer.ts'
import { unexpected } from '../error.ts'
import { holding, minPauseMs, pauseUntil } from '../poll.ts'
import { badForMs } from '../protocols.ts'
import { offsetIn } from '../socket/message.ts'
import { channelEvent, type ChannelItem } from './channel-event.ts'
import { channelRequest, type ChannelRoute } from './channel-route.ts'
import { seeEvent, seeReset, type Seen } from './seen.ts'

/** Events at most in one answer; the server's own bound is as high. */
const limit = 1_000

/**
 * Follows a channel by long polling. Ends after a while, so that better ways are tried again.
 *
 * @param alive called at each answer
 */
export async function* pollChannel(
  route: ChannelRoute,
  seen: Seen,
  alive: () => void,
  signal: AbortSignal | undefined,
): AsyncGenerator<ChannelItem, 'cut'> {
  const { clock } = route.transport
  const endMs = clock.now() + badForMs
  // The first look finds out where the channel is and where its reader begins, at once.
  let isHeld = false
  while (clock.now() < endMs) {
    const startedAt = clock.now()
    const look = await lookAtChannel(route, { since: seen.cursor, isHeld, signal })
    seen.cursor ??= startOf(look)
    alive()
    yield* itemsIn(seen, look)
    const isNews = look.events.length > 0 || look.reset !== null
    if (isHeld && !isNews) await pauseUntil(clock, startedAt + minPauseMs, signal)
    isHeld = true
  }
  return 'cut'
}

/** One page of a channel. */
export interface Look {
  readonly events: readonly CloudEvent[]
  readonly next: number
  /** The oldest offset left, where the reader's was not kept any more. */
  readonly reset: unknown
}

/** Before what was published while the server looked where now is. */
export function startOf({ events: [first], next }: Look): number {
  return first === undefined ? next : channelEvent(first).sequence - 1
}

function* itemsIn(seen: Seen, { events, next, reset }: Look): Generator<ChannelItem, void> {
  if (reset !== null) yield seeReset(seen, reset)
  for (const event of events) {
    const item = seeEvent(seen, event)
    if (item !== null) yield item
  }
  seen.cursor = Math.max(seen.cursor ?? 0, next)
}

interface Looking {
  /** Null to find out where the channel is now. */
  readonly since: number | null
  /** Whether the server waits with its answer until there is something. */
  readonly isHeld: boolean
  readonly signal: AbortSignal | undefined
}

export function lookAtChannel(
  route: ChannelRoute,
  { since, isHeld, signal }: Looking,
): Promise<Look> {
  const parameters = new URLSearchParams({ limit: String(limit) })
  if (since !== null) parameters.set('since', String(since))
  if (route.as !== undefined) parameters.set('as', route.as)
  const waiting = isHeld ? holding : null
  const headers = new Headers({ accept: 'application/json', ...waiting?.headers })
  // As with streams, whoever follows the channel counts the failures.
  const options = { headers, signal, waitMs: waiting?.waitMs ?? 0, repeatable: false }
  const request = channelRequest(route, 'GET', `/events?${parameters.toString()}`, options)
  const { transport } = route
  return transport.send(request, (response) => readLook(response, transport.parse))
}

async function readLook(response: Response, parse: Parse): Promise<Look> {
  const { events, next, reset } = (await readJsonWith(parse, response)) as {
    readonly events?: readonly CloudEvent[]
    readonly next?: unknown
    readonly reset?: { readonly oldest?: unknown } | null
  }
  const cursor = offsetIn(next)
  if (!Array.isArray(events) || cursor === null) {
    throw unexpected(response.status, 'The answer is not a list of events.')
  }
  return { events, next: cursor, reset: reset?.oldest ?? null }
}
