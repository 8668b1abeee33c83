import type { JobOrder, Running } from './job.ts'
import type { Millis } from './time.ts'

/** How long an operation's attempts may take, and how long a worker may be silent. */
export interface LeaseTerms {
  readonly leaseMs: number
  readonly timeoutMs: number
}

/** Whose a job is, and for how long without a renewal. */
export interface NewLease {
  readonly node: string
  readonly leaseUntil: Millis
  readonly attemptUntil: Millis
}

/** What a lease outlives its attempt by, so that the worker can still record that it timed out. */
const recordGraceMs = 1_000

/**
 * After this many lost leases in a run the job is taken for the cause and ends; and so is a delivery,
 * of which no attempt was recorded in between.
 */
export const maxLeasesLost = 5

/** A lease that starts now; it may be renewed up to `attemptUntil` and never beyond. */
export function newLease(
  job: Pick<JobOrder, 'deadlineAt'>,
  terms: LeaseTerms,
  node: string,
  now: Millis,
): NewLease {
  const endsAt = Math.min(now + terms.timeoutMs, job.deadlineAt ?? Infinity)
  const attemptUntil = endsAt + recordGraceMs
  return { node, leaseUntil: Math.min(now + terms.leaseMs, attemptUntil), attemptUntil }
}

/** When an attempt is told to stop, for its timeout or the job's deadline. */
export const attemptEndsAt = (job: Pick<Running, 'attemptUntil'>): Millis =>
  job.attemptUntil - recordGraceMs
