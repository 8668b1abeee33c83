import { parseDuration } from '@buzzer/contract'
import type { Millis } from '../../../core/time.ts'

/** Farther away than this nothing is planned. */
const maxAheadMs = 366 * 86_400_000

const rfc3339 =
  /^(\d{4}-(\d\d)-(\d\d))[Tt ]([01]\d|2[0-3])(:[0-5]\d:[0-5]\d(?:\.\d{1,9})?)(?:[Zz]|([+-](?:[01]\d|2[0-3]):[0-5]\d))$/

/** @returns null where the text is not a moment of RFC 3339, or is too far away */
export function parseMoment(text: string, now: Millis): Millis | null {
  const match = rfc3339.exec(text)
  if (match === null) return null
  const [, date = '', month, day, hour, rest, offset = 'Z'] = match
  // `Date.parse` takes 30 February for 2 March.
  const midnight = new Date(`${date}T00:00:00Z`)
  if (midnight.getUTCMonth() + 1 !== Number(month) || midnight.getUTCDate() !== Number(day)) {
    return null
  }
  const at = Date.parse(`${date}T${hour}${rest}${offset}`)
  return Number.isNaN(at) || at > now + maxAheadMs ? null : at
}

/** @returns null where the text is not a duration, or is too long */
export function parseAhead(text: string, now: Millis): Millis | null {
  const ms = parseDuration(text)
  return ms === null || ms > maxAheadMs ? null : now + ms
}
