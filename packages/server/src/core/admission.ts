import type { Millis } from './time.ts'

/** How much of an operation may wait before calls are refused; null for no such bound. */
export interface AdmissionPolicy {
  /** Runnable jobs. */
  readonly backlog: number | null
  /** Of the oldest runnable job, in milliseconds. */
  readonly ageMs: number | null
}

export const defaultAdmission: AdmissionPolicy = { backlog: 10_000_000, ageMs: null }
export const noAdmissionBound: AdmissionPolicy = { backlog: null, ageMs: null }

/** Both hold: of each bound the lower one counts. */
export const bothOf = (one: AdmissionPolicy, other: AdmissionPolicy): AdmissionPolicy => ({
  backlog: lower(one.backlog, other.backlog),
  ageMs: lower(one.ageMs, other.ageMs),
})

const lower = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.min(one, other)

/** What is known of an operation's runnable jobs. */
export interface Backlog {
  readonly ready: number
  /** When the oldest of them became so; null where none is known. */
  readonly oldestAt: Millis | null
}

/** Why a call is refused: too many jobs wait, they wait too long, or this node has too much to do. */
export type ShedReason = 'backlog' | 'age' | 'node'

export function boundPassed(
  { ready, oldestAt }: Backlog,
  { backlog, ageMs }: AdmissionPolicy,
  now: Millis,
): Exclude<ShedReason, 'node'> | null {
  if (backlog !== null && ready >= backlog) return 'backlog'
  const isOld = ageMs !== null && oldestAt !== null && ready > 0 && now - oldestAt > ageMs
  return isOld ? 'age' : null
}

/** How long it takes, in seconds, as far as callers are concerned. */
const wait = { least: 1, most: 40 }

/**
 * How long a refused caller should stay away: until what is too much has been worked off at the
 * present rate, and up to half as long again, so that not all of them come back at once. That holds
 * for the longest too, a minute, when many are refused and nobody knows for how long.
 *
 * @param excess how many jobs are too many
 * @param perSecond how many are taken out
 * @param chance from 0 to 1
 */
export function retryAfterSeconds(excess: number, perSecond: number, chance: number): number {
  const needed = perSecond > 0 ? excess / perSecond : wait.most
  const seconds = Math.min(wait.most, Math.max(wait.least, needed))
  return Math.round(seconds * (1 + chance / 2))
}
