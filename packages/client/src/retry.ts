import { outcomeOf, problemCode } from './answer.ts'
import { BuzzerError } from './error.ts'
import { retryAfterMs, spanMs, type Span } from './time.ts'

/** How requests that may be sent twice are tried again. */
export interface RetryOptions {
  /**
   * Tries in all, the first one too; 1 turns retries off. Default 6, which takes about 4 s, and 12
   * for `publish()`: about 30 s, long enough for a server that is restarted.
   */
  readonly attempts?: number | undefined
  /** The upper bound of the first wait; each later one is twice as long. Default 250 ms. */
  readonly delay?: Span | undefined
  /** The upper bound of any wait that we choose ourselves. Default 10 s. */
  readonly maxDelay?: Span | undefined
  /** A `Retry-After` longer than this ends the tries instead. Default 60 s. */
  readonly maxRetryAfter?: Span | undefined
  /** How many broken connections in a row a reader of events outlives. Default 20. */
  readonly reconnects?: number | undefined
}

export interface RetryPolicy {
  readonly attempts: number
  /** Of `publish()`: what is published has no other place to wait in. */
  readonly publishAttempts: number
  readonly delayMs: number
  readonly maxDelayMs: number
  readonly maxRetryAfterMs: number
  readonly reconnects: number
}

export const retryPolicy = (options: RetryOptions = {}): RetryPolicy => ({
  attempts: Math.max(1, options.attempts ?? 6),
  publishAttempts: Math.max(1, options.attempts ?? 12),
  delayMs: spanMs(options.delay ?? 250),
  maxDelayMs: spanMs(options.maxDelay ?? 10_000),
  maxRetryAfterMs: spanMs(options.maxRetryAfter ?? 60_000),
  reconnects: options.reconnects ?? 20,
})

/**
 * Full jitter: anything between nothing and an exponentially growing bound, so that callers who
 * failed together do not come back together.
 *
 * @param failures how many tries have failed so far, from 1
 * @param random gives numbers from 0 up to 1
 * @returns milliseconds
 */
export function backoffMs(
  failures: number,
  baseMs: number,
  maxMs: number,
  random: () => number,
): number {
  return Math.floor(random() * Math.min(maxMs, baseMs * 2 ** Math.min(failures - 1, 30)))
}

const retryableStatuses: ReadonlySet<number> = new Set([408, 429, 502, 503, 504])

const isRetryableStatus = (status: number): boolean => retryableStatuses.has(status)

/** What is in the way is gone in a moment: another try of the same call, or an old declaration. */
const retryableConflicts: ReadonlySet<string> = new Set([
  'idempotency-key-in-progress',
  'channel-changed',
])

const isRetryableConflict = (code: string | null): boolean =>
  code !== null && retryableConflicts.has(code)

/** Whether it is a refusal that can be gone in a moment. */
export const isPassing = (error: unknown): error is BuzzerError =>
  error instanceof BuzzerError &&
  (isRetryableStatus(error.status) || isRetryableConflict(error.code))

/** These say how a job went, not that the request was refused: asking again gives the same. */
const outcomeCodes: ReadonlySet<string> = new Set([
  'upstream-failed',
  'upstream-timeout',
  'handler-failed',
  'deadline-exceeded',
])

/** Whether this answer is a refusal that can be gone in a moment. */
export async function isRetryable(response: Response): Promise<boolean> {
  if (outcomeOf(response) !== null) return false
  if (response.status === 409) return isRetryableConflict(await problemCode(response))
  if (!isRetryableStatus(response.status)) return false
  return !outcomeCodes.has((await problemCode(response)) ?? '')
}

/**
 * How long to wait before the next try: our own backoff, or longer if the server asks for it.
 *
 * @param response the refusal, or null where the connection failed
 * @returns milliseconds, or null where the server asks for more patience than the policy has
 */
export function retryDelayMs(
  policy: RetryPolicy,
  failures: number,
  response: Response | null,
  now: number,
  random: () => number,
): number | null {
  const own = backoffMs(failures, policy.delayMs, policy.maxDelayMs, random)
  const asked = response === null ? null : retryAfterMs(response.headers, now)
  if (asked === null) return own
  return asked > policy.maxRetryAfterMs ? null : asked + own
}
