/** A length of time as users write it: `250ms`, `30s`, `5m`, `2h`, `7d`. */
export type Duration = `${number}${'ms' | 's' | 'm' | 'h' | 'd'}`

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Some 2,700 years: so far from now, or twice that, a year still has the four digits of RFC 3339. */
const longestMs = 1_000_000 * unitMs.d

const pattern = /^(\d{1,12}(?:\.\d{1,3})?)(ms|s|m|h|d)$/

/**
 * Reads a duration.
 *
 * @param text such as `250ms`, `1.5s` or `7d`; no spaces, no sign
 * @returns whole milliseconds, or null where the text is not a duration, or is longer than `1000000d`
 */
export function parseDuration(text: string): number | null {
  const match = pattern.exec(text)
  if (match === null) return null
  const ms = Math.round(Number(match[1]) * unitMs[match[2] as keyof typeof unitMs])
  return ms <= longestMs ? ms : null
}

/**
 * Writes a duration in the largest unit that divides it.
 *
 * @param ms whole milliseconds, not negative
 */
export function formatDuration(ms: number): Duration {
  const units = ['d', 'h', 'm', 's'] as const
  const unit = ms === 0 ? 'ms' : (units.find((name) => ms % unitMs[name] === 0) ?? 'ms')
  return `${ms / unitMs[unit]}${unit}`
}
