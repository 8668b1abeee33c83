import { sleep } from './clock.ts'
import { BuzzerError, ConnectionError, StreamUnavailableError } from './error.ts'
import type { JobEvent } from './job-event.ts'
import type { JobRoute } from './job-route.ts'
import { pollJob } from './poll-job.ts'
import { seenFrom, type Seen } from './read-event.ts'
import { backoffMs, isRetryableStatus } from './retry.ts'
import { isBrokenStream, streamJob, type StreamEnd, type StreamState } from './stream-job.ts'

export interface FollowOptions {
  /** The offset after which to begin; null for the present state and what comes from now on. */
  readonly since: number | null
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
 * Gives a job's events until the final one, over as many connections as it takes: by SSE, resumed
 * with `Last-Event-ID`, and by long polling where there is no event stream to be had.
 *
 * @throws BuzzerError where the server refuses; ConnectionError when it stays out of reach;
 *   StreamUnavailableError where a stream is needed and cannot be had; the signal's reason
 */
export async function* followJob(
  route: JobRoute,
  options: FollowOptions,
): AsyncGenerator<JobEvent, void> {
  const following = startFollowing(seenFrom(options.since))
  while (following.mode !== 'over') {
    const end = yield* readOn(route, following, options.signal)
    options.signal?.throwIfAborted()
    const pauseMs =
      typeof end === 'string'
        ? judgeEnd(route, following, end, options)
        : judgeFault(route, following, end.fault)
    if (pauseMs > 0) await sleep(route.transport.clock, pauseMs, options.signal)
  }
}

function startFollowing(seen: Seen): Following {
  const following: Following = {
    seen,
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

async function* readOn(
  route: JobRoute,
  following: Following,
  signal: AbortSignal | undefined,
): AsyncGenerator<JobEvent, StreamEnd | { readonly fault: unknown }> {
  try {
    if (following.mode === 'stream') return yield* streamJob(route, following, signal)
    yield* pollJob(route, following.seen, following.alive, signal)
    return 'over'
  } catch (fault) {
    return { fault }
  }
}

/** Decides what comes after a connection that ended in order, and after how many milliseconds. */
function judgeEnd(
  route: JobRoute,
  following: Following,
  end: StreamEnd,
  { needsStream }: FollowOptions,
): number {
  following.mutes += end === 'mute' ? 1 : 0
  if (end === 'over') following.mode = 'over'
  else if (end === 'unavailable' || following.mutes >= maxMutes) following.mode = 'poll'
  else return pauseAfter(route, following, new ConnectionError('The stream was cut'))
  if (following.mode === 'poll' && needsStream === true) throw noStream()
  return 0
}

/** Decides after how many milliseconds to go on after a fault, or throws it. */
function judgeFault(route: JobRoute, following: Following, error: unknown): number {
  const isRefusal = error instanceof BuzzerError && isRetryableStatus(error.status)
  if (!isRefusal && !isBrokenStream(error)) throw error
  const pauseMs = pauseAfter(route, following, error)
  const askedMs = isRefusal ? (error.retryAfterMs ?? 0) : 0
  return Math.max(pauseMs, Math.min(askedMs, route.transport.retry.maxRetryAfterMs))
}

function pauseAfter({ transport }: JobRoute, following: Following, error: unknown): number {
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
