import type { Millis } from './time.ts'

/** A waiting job overtakes newer ones of the next higher priority after this long. */
const rankStepMs = 300_000

/**
 * The place of a runnable job in its operation's queue: the lowest is claimed first. It is fixed
 * when the job becomes runnable, so that priorities age without a row being touched: a job of
 * priority 9 stands before one of priority 0 that became runnable 45 minutes later.
 */
export const rankOf = (priority: number, runnableAt: Millis): number =>
  runnableAt + priority * rankStepMs
