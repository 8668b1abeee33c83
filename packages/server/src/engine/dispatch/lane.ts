import type { Millis } from '../../core/time.ts'

/** One line of deliveries, as a node holds it: how it stands, and none of what waits in it. */
export interface Lane {
  readonly name: string
  /** When its next delivery that nobody has taken is due, as far as is known; null for none. */
  dueAt: Millis | null
  /** Attempts under way, and those that are being claimed. */
  taken: number
  /** Attempts that its receiver has shown that it can take at the same time. */
  pace: number
  /** Its last attempt succeeded. */
  isProven: boolean
  /** Attempts that failed since the last one that succeeded. */
  failures: number
  /** No attempt begins before, because so many failed. */
  restUntil: Millis
  /** The same, because its receiver takes only so many a minute, which no success changes. */
  readonly spacing: Spacing
}

/** Enough to begin with; one that is slow or broken does not get more. */
const firstPace = 8
/** So many failures in a row are bad luck; from then on there is a rest between attempts. */
const luckyFailures = 5
const firstRestMs = 100
const longestRestMs = 60_000

/** What lanes of one receiver have in common. */
export interface Spacing {
  until: Millis
}

export const newLane = (name: string, spacing: Spacing = { until: 0 }): Lane => ({
  name,
  dueAt: null,
  taken: 0,
  pace: firstPace,
  isProven: false,
  failures: 0,
  restUntil: 0,
  spacing,
})

/** How many more attempts may begin now. */
export function roomOf(lane: Lane, concurrency: number, now: Millis): number {
  if (startsAt(lane) > now) return 0
  return Math.max(0, Math.min(lane.pace, concurrency) - lane.taken)
}

/** No attempt begins before. */
export const startsAt = ({ restUntil, spacing }: Lane): Millis => Math.max(restUntil, spacing.until)

export function paceUp(lane: Lane, concurrency: number): void {
  lane.isProven = true
  lane.failures = 0
  lane.restUntil = Math.min(lane.restUntil, 0)
  if (lane.pace < concurrency) lane.pace += 1
}

/** What it failed with is forgotten, but not that it takes only so many at the same time. */
export function forgive(lane: Lane): void {
  lane.failures = 0
  lane.restUntil = 0
}

/** Half as many at the same time; and where it goes on failing, ever longer between them. */
export function paceDown(lane: Lane, now: Millis): void {
  lane.isProven = false
  lane.failures += 1
  lane.pace = Math.max(1, Math.floor(lane.pace / 2))
  const over = lane.failures - luckyFailures
  if (over > 0) lane.restUntil = now + Math.min(longestRestMs, firstRestMs * 2 ** (over - 1))
}

/** Something of it is due then. */
export function noteDue(lane: Lane, dueAt: Millis): void {
  lane.dueAt = lane.dueAt === null ? dueAt : Math.min(lane.dueAt, dueAt)
}
