/** A moment, in milliseconds since 1970 in UTC, by whichever clock the process was given. */
export type Millis = number

let lastAt: Millis = 0
let lastText = new Date(0).toISOString()

/**
 * RFC 3339 in UTC with milliseconds, as every answer writes a moment. Under load most moments are
 * the last one again, which is remembered.
 */
export function formatTime(at: Millis): string {
  if (at !== lastAt) {
    lastText = new Date(at).toISOString()
    lastAt = at
  }
  return lastText
}
