import type { Duration } from '@buzzer/contract'

/** A length of time: `250ms`, `30s`, `5m`, `2h`, `7d`, or a number of milliseconds. */
export type Span = Duration | number

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const
const pattern = /^(\d{1,12}(?:\.\d{1,3})?)(ms|s|m|h|d)$/

/**
 * Reads a length of time in whole milliseconds. It stands here and not in the contract's index,
 * because a value imported from there would bring the schema library into every browser bundle.
 *
 * @throws TypeError where it is neither a duration nor a number that is not negative
 */
export function spanMs(span: Span): number {
  if (typeof span === 'number' && span >= 0) return Math.round(span)
  const match = pattern.exec(String(span))
  if (match === null) throw new TypeError(`Not a length of time: ${JSON.stringify(span)}`)
  return Math.round(Number(match[1]) * unitMs[match[2] as keyof typeof unitMs])
}

/** A length of time as a header value. */
export const formatSpan = (span: Span): string =>
  typeof span === 'number' ? `${spanMs(span)}ms` : span

/** A span as `Prefer: wait=N` counts it: whole seconds, at most the 60 that a server waits. */
export const waitSeconds = (span: Span): number => Math.min(60, Math.ceil(spanMs(span) / 1_000))

/**
 * Reads `Retry-After` (RFC 9110): a number of seconds or a date.
 *
 * @returns milliseconds from now, or null where there is none that can be read
 */
export function retryAfterMs(headers: Headers, now: number): number | null {
  const text = headers.get('retry-after')?.trim()
  if (text === undefined || text === '') return null
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000
  const at = Date.parse(text)
  return Number.isNaN(at) ? null : Math.max(0, at - now)
}
