import type { Millis } from './time.ts'

/** When an operation runs by itself, with no input. */
export interface Schedule {
  /** Five fields, or six with the seconds first. */
  readonly cron: string
  /** By its name in the IANA database, such as `Europe/Berlin`. */
  readonly timeZone: string
  /** What becomes of times that passed while nobody was there: one job for the last, or none. */
  readonly catchUp: CatchUp
  /** Whether it begins while the job of an earlier time has not ended. */
  readonly overlap: Overlap
}

export const catchUps = ['once', 'skip'] as const
export type CatchUp = (typeof catchUps)[number]

export const overlaps = ['allow', 'skip'] as const
export type Overlap = (typeof overlaps)[number]

/** What every job has that a schedule made. */
export const scheduleTag = 'schedule'

/** Gives the first time of a schedule after a moment; null where there is none any more. */
export type NextTime = (after: Millis) => Millis | null

/** What is known when somebody looks at a schedule. */
export interface Look {
  /** The first time that is not dealt with yet. */
  readonly nextAt: Millis
  readonly now: Millis
  /** Since when this node looks: what passed before that may have been missed. */
  readonly since: Millis
  readonly catchUp: CatchUp
}

export type Step =
  | { readonly kind: 'wait' }
  /** A job runs for the time `at`; then comes `nextAt`. */
  | { readonly kind: 'fire'; readonly at: Millis; readonly nextAt: Millis | null }
  /** Times were missed and none of them runs. */
  | { readonly kind: 'pass'; readonly nextAt: Millis | null }

/** Noticed later than this, in milliseconds, a time was missed also where a node was there. */
const missedAfterMs = 60_000

/** A time that is noticed no later than this is never skipped: a node that starts is in time. */
const lateAtMostMs = 10_000

/**
 * Says what is to be done about a schedule now, one step at a time: after each the next is asked
 * for with the moved `nextAt`, until it says to wait.
 *
 * Every time that passes while a node looks runs a job of its own. Of those that passed while
 * nobody did, one runs or none, however many there were; and none where another has come due
 * since, which does the same work.
 */
export function stepOf(look: Look, next: NextTime): Step {
  const { nextAt, now, since, catchUp } = look
  if (nextAt > now) return { kind: 'wait' }
  const freshFrom = Math.max(since, now - missedAfterMs)
  if (nextAt >= freshFrom) return { kind: 'fire', at: nextAt, nextAt: next(nextAt) }
  const last = lastTime(next, nextAt, Math.min(now, freshFrom - 1))
  const following = next(last)
  if (following !== null && following <= now) return { kind: 'pass', nextAt: following }
  return catchUp === 'once' || now - last <= lateAtMostMs
    ? { kind: 'fire', at: last, nextAt: following }
    : { kind: 'pass', nextAt: following }
}

/**
 * The last time of a schedule up to a moment, found by halving: a server may have been away for a
 * year of seconds.
 *
 * @param first a time of the schedule, not after `until`
 */
function lastTime(next: NextTime, first: Millis, until: Millis): Millis {
  let last = first
  // No time lies behind `last` and at or before `until` but before `end`, once the two meet.
  let end = until
  while (last < end) {
    const middle = Math.floor((last + end) / 2)
    const found = next(middle)
    if (found !== null && found <= end) last = found
    else end = middle
  }
  return last
}
