import type { JobEventType, OutputPiece } from '@buzzer/contract'
import type { Job } from '../core/job.ts'
import type { JobView } from '../core/job-view.ts'
import type { InlineResult } from '../core/payload.ts'
import type { Millis } from '../core/time.ts'

/** What a reader of a job is told, with its offset on the job's channel. */
export type JobEvent =
  | {
      readonly type: Exclude<JobEventType, 'job.output'>
      readonly offset: number
      /** When it happened, as far as that is known: a job's row keeps few moments. */
      readonly at: Millis
      readonly view: JobView
      /** In `job.succeeded` only, where it is small enough to stand in line. */
      readonly result: InlineResult | null
    }
  | {
      readonly type: 'job.output'
      readonly offset: number
      /** When it happened, as far as that is known: a job's row keeps few moments. */
      readonly at: Millis
      readonly job: Job
      readonly output: OutputPiece
    }
