import { sleep } from './clock.ts'
import { ConnectionError, StreamUnavailableError } from './error.ts'
import type { Feed } from './feed.ts'
import { checkProtocols, usualForJobs, type Protocol } from './protocols.ts'
import { backoffMs, isPassing } from './retry.ts'
import { socketFeed } from './socket-feed.ts'
import { isBrokenStream, streamFeed, type StreamEnd, type StreamState } from './stream-feed.ts'
import type { Transport } from './transport.ts'

/** How a reader of events stands: on its way, connected, or waiting for the next try. */
export type StreamStatus = 'connecting' | 'open' | 'waiting'

export interface FollowOptions {
  /** Whether pieces of output are wanted, so that polling is no way out. */
  readonly needsStream?: boolean | undefined
  /** What may be used, the best first; without it the client's own, or what is usual for jobs. */
  readonly protocols?: readonly Protocol[] | undefined
  readonly onStatus?: ((status: StreamStatus) => void) | undefined
  readonly signal: AbortSignal | undefined
}

interface Following extends StreamState {
  /** Tells it, unless that is how it stands already. */
  tell(status: StreamStatus): void
  readonly allowed: readonly Protocol[]
  readonly needsStream: boolean
  protocol: Protocol
  isOver: boolean
  /** What was given up since anything last came through. */
  readonly skipped: Set<Protocol>
  /** Broken connections in a row. */
  failures: number
  /** Connections in a row that ended before they said anything. */
  mutes: number
}

/** After this many streams without a byte, something on the way is taken to hold streams back. */
const maxMutes = 3

/**
 * Gives events until the final one, over as many connections as it takes: by what is allowed and
 * comes through, resumed with the feed's cursor.
 *
 * @throws BuzzerError where the server refuses; ConnectionError when it stays out of reach;
 *   StreamUnavailableError where a stream is needed and cannot be had; the signal's reason
 */
export async function* follow<Event>(
  feed: Feed<Event>,
  options: FollowOptions,
): AsyncGenerator<Event, void> {
  const { transport } = feed
  const following = startFollowing(transport, options)
  while (!following.isOver) {
    following.protocol = choose(transport, following)
    following.tell('connecting')
    const end = yield* readOn(feed, following, options.signal)
    options.signal?.throwIfAborted()
    const pauseMs =
      typeof end === 'string'
        ? judgeEnd(transport, following, end)
        : judgeFault(transport, following, end.fault)
    if (pauseMs === 0) continue
    following.tell('waiting')
    await sleep(transport.clock, pauseMs, options.signal)
  }
}

function startFollowing(transport: Transport, options: FollowOptions): Following {
  const needsStream = options.needsStream === true
  const given = options.protocols ?? transport.protocols ?? usualForJobs()
  checkProtocols(given)
  const allowed = given.filter((protocol) => !needsStream || protocol !== 'poll')
  const [first] = allowed
  if (first === undefined) throw noStream()
  let told: StreamStatus | null = null
  const following: Following = {
    allowed,
    needsStream,
    protocol: first,
    isOver: false,
    skipped: new Set(),
    failures: 0,
    mutes: 0,
    retryMs: 1_000,
    tell(status) {
      if (status !== told) options.onStatus?.(status)
      told = status
    },
    alive() {
      following.failures = 0
      following.mutes = 0
      // The server is there, so what did not come through was held back on the way.
      for (const protocol of following.skipped) transport.ways.failed(protocol)
      following.skipped.clear()
      transport.ways.worked(following.protocol)
      following.tell('open')
    },
  }
  return following
}

/** The best that was not just given up; what other readers gave up comes after the rest. */
function choose({ ways }: Transport, { allowed, skipped, protocol }: Following): Protocol {
  const left = allowed.filter((each) => !skipped.has(each))
  return left.find((each) => !ways.isBad(each)) ?? left.at(-1) ?? protocol
}

async function* readOn<Event>(
  feed: Feed<Event>,
  following: Following,
  signal: AbortSignal | undefined,
): AsyncGenerator<Event, StreamEnd | { readonly fault: unknown }> {
  try {
    if (following.protocol === 'ws') return yield* socketFeed(feed, following, signal)
    if (following.protocol === 'sse') return yield* streamFeed(feed, following, signal)
    return (yield* feed.poll(following.alive, signal)) ?? 'over'
  } catch (fault) {
    return { fault }
  }
}

/** Decides what comes after a connection that ended in order, and after how many milliseconds. */
function judgeEnd(transport: Transport, following: Following, end: StreamEnd): number {
  const { allowed, protocol, skipped } = following
  const cut = new ConnectionError('The stream was cut')
  following.isOver = end === 'over'
  // Polling stops of itself now and then, so that what is better is tried again.
  if (end === 'over' || (end === 'cut' && protocol === 'poll')) return 0
  if (end === 'cut') return pauseAfter(transport, following, cut)
  following.mutes += 1
  const gaveUp = following.mutes >= mutesToGiveUp(transport, protocol, end)
  if (!gaveUp) return pauseAfter(transport, following, cut)
  following.mutes = 0
  skipped.add(protocol)
  if (allowed.some((each) => !skipped.has(each))) return 0
  if (end === 'unavailable' || isHopeless(transport, following, end)) throw noStream()
  skipped.clear()
  return pauseAfter(transport, following, cut)
}

/** A socket that does not open at the first try is no loss, as long as there is another way. */
function mutesToGiveUp({ ways }: Transport, protocol: Protocol, end: StreamEnd): number {
  const isNew = protocol === 'ws' && !ways.hasWorked('ws')
  return end === 'mute' && !isNew ? maxMutes : 1
}

/**
 * Whether nothing that is allowed comes through. What has worked once is tried as often as a server
 * that is out of reach: it may be just that.
 */
const isHopeless = (
  { ways }: Transport,
  { allowed, needsStream }: Following,
  end: StreamEnd,
): boolean =>
  (needsStream || end === 'silent') && !allowed.some((protocol) => ways.hasWorked(protocol))

/** Decides after how many milliseconds to go on after a fault, or throws it. */
function judgeFault(transport: Transport, following: Following, error: unknown): number {
  const isRefusal = isPassing(error)
  if (!isRefusal && !isBrokenStream(error)) throw error
  // Out of reach, or busy: that a better way was closed a moment ago says nothing about it.
  following.skipped.clear()
  const pauseMs = pauseAfter(transport, following, error)
  const askedMs = isRefusal ? (error.retryAfterMs ?? 0) : 0
  return Math.max(pauseMs, Math.min(askedMs, transport.retry.maxRetryAfterMs))
}

function pauseAfter(transport: Transport, following: Following, error: unknown): number {
  following.failures += 1
  if (following.failures > transport.retry.reconnects) throw error
  const { maxDelayMs } = transport.retry
  return backoffMs(following.failures, following.retryMs, maxDelayMs, transport.random)
}

const noStream = (): StreamUnavailableError =>
  new StreamUnavailableError(
    'A live stream is asked for, and this connection to the server gives none. Something ' +
      'between may hold answers back; long polling, and result(), work without one.',
  )
