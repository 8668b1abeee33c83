/** When a failed attempt is tried again. */
export interface RetryPolicy {
  /** Tries in all, the first included. */
  readonly attempts: number
  readonly delayMs: number
  readonly factor: number
  readonly maxDelayMs: number
}

export const defaultRetry: RetryPolicy = {
  attempts: 5,
  delayMs: 1_000,
  factor: 2,
  maxDelayMs: 300_000,
}

/** No upstream may put a job off for longer than this by a Retry-After of its own. */
const maxRetryAfterMs = 86_400_000

/**
 * Exponential backoff with full jitter: any wait between nothing and the exponential bound is as
 * likely, which spreads the herd best.
 *
 * @param attempt the attempt that failed, counted from 1
 * @param jitter a random number from 0 up to but not including 1
 * @param retryAfterMs what the upstream or the handler asked for; honoured as the least wait
 * @returns whole milliseconds
 */
export function retryDelay(
  policy: RetryPolicy,
  attempt: number,
  jitter: number,
  retryAfterMs: number | null,
): number {
  // No delay stays none, also after so many attempts that the growth is beyond the doubles.
  const growth = Math.min(policy.factor ** (attempt - 1), Number.MAX_VALUE)
  const bound = Math.min(policy.maxDelayMs, policy.delayMs * growth)
  const asked = Math.min(Math.max(retryAfterMs ?? 0, 0), maxRetryAfterMs)
  return Math.round(asked + bound * jitter)
}
