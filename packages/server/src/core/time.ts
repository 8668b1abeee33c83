/** A moment, in milliseconds since 1970 in UTC, by whichever clock the process was given. */
export type Millis = number

const remembered = 8
const moments: Millis[] = Array.from({ length: remembered }, () => Number.NaN)
const texts: string[] = Array.from({ length: remembered }, () => '')

/**
 * RFC 3339 in UTC with milliseconds, as every answer writes a moment. Under load most moments are
 * among the last few again, which are remembered.
 */
export function formatTime(at: Millis): string {
  const slot = at % remembered
  if (moments[slot] !== at) {
    moments[slot] = at
    texts[slot] = new Date(at).toISOString()
  }
  return texts[slot] ?? new Date(at).toISOString()
}
