import { sleep } from './clock.ts'
import { BuzzerError, ConnectionError, StreamUnavailableError } from './error.ts'
import type { Feed } from './feed.ts'
import { backoffMs, isRetryableStatus } from './retry.ts'
import { isBrokenStream, streamFeed, type StreamEnd, type StreamState } from './stream-feed.ts'
import type { Transport } from './transport.ts'

export interface FollowOptions {
  /** Whether pieces of output are wanted, so that polling is no way out. */
  readonly needsStream?: boolean | undefined
  readonly signal: AbortSignal | undefined
}

interface Following extends StreamState {
  mode: 'stream' | 'poll' | 'over'
  /** Broken connections in a row. */
  failures: number
  /** Streams in a row that ended before their first byte. */
  mutes: number
}

/** After this many streams without a byte, something on the way is taken to hold streams back. */
const maxMutes = 3

/**
 * Gives events until the final one, over as many connections as it takes: by SSE, resumed
 * with `Last-Event-ID`, and by long polling where there is no event stream to be had.
 *
 * @throws BuzzerError where the server refuses; ConnectionError when it stays out of reach;
 *   StreamUnavailableError where a stream is needed and cannot be had; the signal's reason
 */
export async function* follow<Event>(
  feed: Feed<Event>,
  options: FollowOptions,
): AsyncGenerator<Event, void> {
  const { transport } = feed
  const following = startFollowing()
  while (following.mode !== 'over') {
    const end = yield* readOn(feed, following, options.signal)
    options.signal?.throwIfAborted()
    const pauseMs =
      typeof end === 'string'
        ? judgeEnd(transport, following, end, options)
        : judgeFault(transport, following, end.fault)
    if (pauseMs > 0) await sleep(transport.clock, pauseMs, options.signal)
  }
}

function startFollowing(): Following {
  const following: Following = {
    mode: 'stream',
    failures: 0,
    mutes: 0,
    retryMs: 1_000,
    alive() {
      following.failures = 0
      following.mutes = 0
    },
  }
  return following
}

async function* readOn<Event>(
  feed: Feed<Event>,
  following: Following,
  signal: AbortSignal | undefined,
): AsyncGenerator<Event, StreamEnd | { readonly fault: unknown }> {
  try {
    if (following.mode === 'stream') return yield* streamFeed(feed, following, signal)
    yield* feed.poll(following.alive, signal)
    return 'over'
  } catch (fault) {
    return { fault }
  }
}

/** Decides what comes after a connection that ended in order, and after how many milliseconds. */
function judgeEnd(
  transport: Transport,
  following: Following,
  end: StreamEnd,
  { needsStream }: FollowOptions,
): number {
  following.mutes += end === 'mute' ? 1 : 0
  if (end === 'over') following.mode = 'over'
  else if (end === 'unavailable' || following.mutes >= maxMutes) following.mode = 'poll'
  else return pauseAfter(transport, following, new ConnectionError('The stream was cut'))
  if (following.mode === 'poll' && needsStream === true) throw noStream()
  return 0
}

/** Decides after how many milliseconds to go on after a fault, or throws it. */
function judgeFault(transport: Transport, following: Following, error: unknown): number {
  const isRefusal = error instanceof BuzzerError && isRetryableStatus(error.status)
  if (!isRefusal && !isBrokenStream(error)) throw error
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
    'Pieces of output need an event stream, and this connection to the server gives none. ' +
      'Something between may hold answers back; result() works without a stream.',
  )
