import { parseDuration } from '@buzzer/contract'
import type { Millis } from '../../../core/time.ts'

/** Farther away than this nothing is planned. */
const maxAheadMs = 366 * 86_400_000

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)$/

/** @returns null where the text is not a moment of RFC 3339, or is too far away */
export function parseMoment(text: string, now: Millis): Millis | null {
  if (!rfc3339.test(text)) return null
  const at = Date.parse(text)
  return Number.isNaN(at) || at > now + maxAheadMs ? null : at
}

/** @returns null where the text is not a duration, or is too long */
export function parseAhead(text: string, now: Millis): Millis | null {
  const ms = parseDuration(text)
  return ms === null || ms > maxAheadMs ? null : now + ms
}
