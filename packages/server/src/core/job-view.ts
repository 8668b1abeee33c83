import type { FailedAttempt, Job } from './job.ts'
import type { Waiting } from './waiting.ts'

/** A job with what a caller sees beside it. */
export interface JobView {
  readonly job: Job
  readonly waiting: Waiting | null
  /** The failed attempts of its present run, where it has failed. */
  readonly failures: readonly FailedAttempt[]
  readonly expiresAt: number | null
}
