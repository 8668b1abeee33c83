import type { BatchId, JobId, JobState, Problem } from '@buzzer/contract'
import type { CallbackEvents } from './callback.ts'
import type { Monitor } from './payload.ts'
import type { Millis } from './time.ts'

/** W3C Trace Context, carried from the caller into every attempt and event. */
export interface Trace {
  readonly traceparent: string
  readonly tracestate: string | null
}

export interface Progress {
  readonly percent: number | null
  readonly message: string | null
}

/** What was decided when the job was accepted and never changes. */
export interface JobOrder {
  readonly id: JobId
  readonly tenant: string
  /** The client that submitted it; null while no authentication is configured. */
  readonly client: string | null
  readonly operation: string
  readonly priority: number
  readonly key: string | null
  readonly tags: readonly string[]
  readonly trace: Trace | null
  /** The batch that it was accepted with; null for one that came alone. */
  readonly batch: BatchId | null
  readonly createdAt: Millis
  readonly deadlineAt: Millis | null
  readonly maxAttempts: number
  /** The time of the schedule that it runs for, which made it; null for what somebody called. */
  readonly scheduledFor?: Millis | null
  /** What a callback is told of it; null where there is none. */
  readonly callback?: CallbackEvents | null
}

/** What every state has. */
interface JobLife extends JobOrder {
  readonly scheduledFor: Millis | null
  readonly callback: CallbackEvents | null
  /** Counts what a caller can see change; the offset of the job's own channel. */
  readonly version: number
  readonly run: number
  /** Tries of this run so far, the current one included. */
  readonly attempt: number
  /** Raised by every claim and never reset, so that a late worker is told apart. */
  readonly fence: number
  /** Leases of this run that ended without a word from their worker. */
  readonly leasesLost: number
  /**
   * The version at which its output last began anew, since another attempt will start over; 0 where
   * it never has. A reader whose cursor is below holds pieces that are void.
   */
  readonly voidedAt: number
  readonly progress: Progress | null
  /** When the first attempt of this run began. */
  readonly startedAt: Millis | null
}

export interface Queued extends JobLife {
  readonly state: 'queued'
  /** Not to be claimed before. */
  readonly dueAt: Millis
}

/** Held by a worker under a lease. */
export interface Running extends JobLife {
  readonly state: 'running'
  readonly startedAt: Millis
  readonly attemptStartedAt: Millis
  readonly node: string
  readonly leaseUntil: Millis
  /** A moment past the attempt's timeout or the job's deadline: no lease is renewed beyond it. */
  readonly attemptUntil: Millis
  readonly cancelRequested: boolean
  /** Set where this claim is a look at what an earlier one started. */
  readonly monitor: Monitor | null
}

/** Waits for something that it started outside, and holds no slot. */
export interface Parked extends JobLife {
  readonly state: 'parked'
  readonly startedAt: Millis
  readonly attemptStartedAt: Millis
  readonly monitor: Monitor
  /** When to look again. */
  readonly dueAt: Millis
}

export interface InputRequired extends JobLife {
  readonly state: 'input_required'
  readonly startedAt: Millis
}

interface Ended extends JobLife {
  readonly finishedAt: Millis
}

export interface Succeeded extends Ended {
  readonly state: 'succeeded'
}

export interface Failed extends Ended {
  readonly state: 'failed'
  readonly error: Problem
  /** It used up its attempts, so that somebody should look at it. */
  readonly deadLetter: boolean
}

export interface Cancelled extends Ended {
  readonly state: 'cancelled'
}

export type Outcome = Succeeded | Failed | Cancelled
export type Job = Queued | Running | Parked | InputRequired | Outcome

/** The states as we keep them: what callers see as `running` is held or parked. */
export type State = Job['state']

export const publicState = (state: State): JobState => (state === 'parked' ? 'running' : state)

export const isOutcome = (job: Job): job is Outcome =>
  job.state === 'succeeded' || job.state === 'failed' || job.state === 'cancelled'

/** It used up its attempts. */
export const isDeadLetter = (job: Job): job is Failed => job.state === 'failed' && job.deadLetter

/** An attempt that failed, as the job's error lists them. */
export interface FailedAttempt {
  readonly run: number
  readonly attempt: number
  readonly startedAt: Millis
  readonly finishedAt: Millis
  readonly error: Problem
}

/** @param dueAt when it may run at the earliest; its creation for one without a delay */
export const newJob = (order: JobOrder, dueAt: Millis): Queued => ({
  // Field by field: a copy that is added to costs several times as much, and this is every call.
  id: order.id,
  tenant: order.tenant,
  client: order.client,
  operation: order.operation,
  priority: order.priority,
  key: order.key,
  tags: order.tags,
  trace: order.trace,
  batch: order.batch,
  createdAt: order.createdAt,
  deadlineAt: order.deadlineAt,
  maxAttempts: order.maxAttempts,
  scheduledFor: order.scheduledFor ?? null,
  callback: order.callback ?? null,
  state: 'queued',
  version: 1,
  run: 1,
  attempt: 0,
  fence: 0,
  leasesLost: 0,
  voidedAt: 0,
  progress: null,
  startedAt: null,
  dueAt,
})
