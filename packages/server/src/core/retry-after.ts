import type { Headers } from './payload.ts'
import type { Millis } from './time.ts'

/** Nobody who is called may put us off for longer than a day. */
const maxRetryAfterMs = 86_400_000

const seconds = /^\d{1,15}$/
// The only form that may be sent (RFC 9110, section 5.6.7); Date.parse alone takes almost anything.
const httpDate =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/**
 * Reads `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date.
 *
 * @returns milliseconds from now, at most a day; null where it is missing, malformed or past
 */
export function retryAfter(headers: Headers, now: Millis): number | null {
  const value = headers.find(([name]) => name === 'retry-after')?.[1].trim() ?? ''
  const waitMs = seconds.test(value)
    ? Number(value) * 1_000
    : httpDate.test(value)
      ? Date.parse(value) - now
      : Number.NaN
  return waitMs >= 0 ? Math.min(waitMs, maxRetryAfterMs) : null
}
