import type { JobId } from '@buzzer/contract'
import type { Queued } from '../core/job.ts'
import type { Input } from '../core/payload.ts'
import type { Schedule } from '../core/schedule.ts'
import type { Millis } from '../core/time.ts'
import type { IdempotencyClaim } from './idempotency-claim.ts'

/** The store's role for operations that run by themselves. */
export interface Schedules {
  /**
   * Makes the stored schedules those that are defined: one that is new or whose times changed goes
   * on from its `nextAt`, one that is not among them stops.
   */
  sync(defined: readonly DefinedSchedule[]): Promise<void>
  list(): Promise<readonly StoredSchedule[]>
  /** Those whose next time has come, and when the first of the others comes. */
  due(now: Millis): Promise<DueSchedules>
  /**
   * Takes a schedule one step further, if it stands where `expectedNextAt` says: the moved time and
   * the job are one transaction, so that two nodes never run one time twice.
   */
  fire(command: Fire): Promise<Firing>
}

export interface DefinedSchedule extends Schedule {
  readonly operation: string
  /** Where it begins if it is new or its times changed; null where no time is left. */
  readonly nextAt: Millis | null
}

export interface StoredSchedule extends DefinedSchedule {
  /** The last time that ran a job, and that job. */
  readonly lastAt: Millis | null
  readonly lastJob: JobId | null
}

export interface DueSchedules {
  readonly schedules: readonly StoredSchedule[]
  /** Null where none waits. */
  readonly nextAt: Millis | null
}

export interface Fire {
  readonly operation: string
  readonly expectedNextAt: Millis
  readonly nextAt: Millis | null
  /** Null where the times up to `nextAt` pass without a job. */
  readonly run: ScheduledRun | null
}

export interface ScheduledRun {
  /** The time of the schedule that the job is for. */
  readonly at: Millis
  readonly job: Queued
  readonly input: Input | null
  /** Under a key that stands for this time. */
  readonly idempotency: IdempotencyClaim
  /** No job where the last one has not ended. */
  readonly unlessRunning: boolean
}

export type Firing =
  | { readonly kind: 'fired' }
  /** The time moved on without a job. */
  | { readonly kind: 'passed' }
  /** The job of an earlier time has not ended, so that this one passed. */
  | { readonly kind: 'overlapped' }
  /** This time has had its job already. */
  | { readonly kind: 'repeated' }
  /** It stands elsewhere: another node was first, or it was changed or removed. */
  | { readonly kind: 'moved' }
