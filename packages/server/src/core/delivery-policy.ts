import type { Millis } from './time.ts'

/** How an endpoint wants its events. */
export interface DeliveryPolicy {
  /** The wait before each attempt, from the end of the one before, in milliseconds. */
  readonly scheduleMs: readonly number[]
  /** For one attempt, with all of its answer. */
  readonly timeoutMs: number
  /** Attempts at the same time, at most. */
  readonly concurrency: number
  /** Strictly one after the other. */
  readonly ordered: boolean
  readonly disableAfter: {
    readonly failures: number
    readonly failingForMs: number
  }
  /** Null for no limit. */
  readonly ratePerMinute: number | null
}

const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** That of Standard Webhooks 1.0.0. */
export const defaultDeliveryPolicy: DeliveryPolicy = {
  scheduleMs: [
    0,
    5 * second,
    5 * minute,
    30 * minute,
    2 * hour,
    5 * hour,
    10 * hour,
    14 * hour,
    20 * hour,
    24 * hour,
  ],
  timeoutMs: 15 * second,
  concurrency: 64,
  ordered: false,
  disableAfter: { failures: 100, failingForMs: 5 * 24 * hour },
  ratePerMinute: null,
}

/** No receiver may put an attempt off for longer than this by a Retry-After of its own. */
const maxRetryAfterMs = 24 * hour
/** Waits grow by up to this share, so that what failed together does not come back together. */
const jitterShare = 0.1

/**
 * When the next attempt is due, after one failed.
 *
 * @param step attempts of this schedule so far, the failed one included
 * @param jitter a random number from 0 up to but not including 1
 * @param retryAfterMs what the receiver asked for, honoured as the least wait; null for nothing
 * @param now the end of the failed attempt
 * @returns null where the schedule is used up
 */
export function nextAttemptAt(
  { scheduleMs }: Pick<DeliveryPolicy, 'scheduleMs'>,
  step: number,
  jitter: number,
  retryAfterMs: number | null,
  now: Millis,
): Millis | null {
  const waitMs = scheduleMs[step]
  if (waitMs === undefined) return null
  const asked = Math.min(Math.max(retryAfterMs ?? 0, 0), maxRetryAfterMs)
  return now + Math.max(asked, Math.round(waitMs * (1 + jitterShare * jitter)))
}
