import type { JobDocument, ProblemDocument } from '@buzzer/contract'

interface Happened {
  /** The event's own id; one that polling noticed has the job's id and version, as `job_…/7`. */
  readonly id: string
  /** The offset on the job's channel: hand it to `events({ since })` to go on from here. */
  readonly sequence: number
  /** RFC 3339. */
  readonly time: string
  /** The job as it was then. */
  readonly job: JobDocument
}

/** How the job stands when a reader comes; what follows is news. */
export interface SnapshotEvent extends Happened {
  readonly type: 'job.snapshot'
}

export interface StateEvent extends Happened {
  readonly type: 'job.queued' | 'job.running' | 'job.input_required' | 'job.cancelled'
}

export interface ProgressEvent extends Happened {
  readonly type: 'job.progress'
  readonly progress: NonNullable<JobDocument['progress']>
}

/** A piece of the result as it is made; a later {@link RetryingEvent} makes it void. */
export interface OutputEvent extends Happened {
  readonly type: 'job.output'
  readonly attempt: number
  readonly index: number
  readonly piece: unknown
}

/** An attempt failed and another will come: every piece of output before this event is void. */
export interface RetryingEvent extends Happened {
  readonly type: 'job.retrying'
  readonly voidsOutput: true
}

export interface SucceededEvent extends Happened {
  readonly type: 'job.succeeded'
  /** In line where it is small; `result()` always gets it whole. */
  readonly result?: unknown
}

export interface FailedEvent extends Happened {
  readonly type: 'job.failed'
  readonly problem: ProblemDocument | null
  /** Whether the attempts are used up. */
  readonly deadLetter: boolean
}

/** Older events are no longer kept: there is a gap before the next one. */
export interface ResetEvent extends Happened {
  readonly type: 'reset'
}

export type JobEvent =
  | SnapshotEvent
  | StateEvent
  | ProgressEvent
  | OutputEvent
  | RetryingEvent
  | SucceededEvent
  | FailedEvent
  | ResetEvent

export const isFinalState = (state: JobDocument['state']): boolean =>
  state === 'succeeded' || state === 'failed' || state === 'cancelled'

/** Whether nothing follows it in this run; a snapshot of an ended job is not that event yet. */
export const isFinalEvent = (event: JobEvent): boolean =>
  event.type === 'job.succeeded' || event.type === 'job.failed' || event.type === 'job.cancelled'
