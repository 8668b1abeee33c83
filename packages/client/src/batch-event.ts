import type { BatchDocument, FinalState, ProblemDocument } from '@buzzer/contract'

interface Happened {
  /** The event's own id. */
  readonly id: string
  /** The offset on the batch's channel: hand it to `events({ since })` to go on from here. */
  readonly sequence: number
  /** RFC 3339. */
  readonly time: string
}

/** How the batch stands when a reader comes; what follows are all outcomes above its cursor. */
export interface BatchSnapshotEvent extends Happened {
  readonly type: 'batch.snapshot'
  readonly batch: BatchDocument
}

/** A run of one of its jobs ended. */
export interface BatchOutcomeEvent extends Happened {
  readonly type: `job.${FinalState}`
  /** The job's id. */
  readonly job: string
  /** The first of its places in the batch, counted from 0; -1 before the batch itself was seen. */
  readonly index: number
  readonly state: FinalState
  readonly problem: ProblemDocument | null
  /** Whether the attempts are used up. */
  readonly deadLetter: boolean
}

/** The last of its jobs ended. */
export interface BatchEndEvent extends Happened {
  readonly type: `batch.${FinalState}`
  readonly batch: BatchDocument
}

export type BatchEvent = BatchSnapshotEvent | BatchOutcomeEvent | BatchEndEvent

export const isBatchEnd = (event: BatchEvent): event is BatchEndEvent =>
  event.type === 'batch.succeeded' ||
  event.type === 'batch.failed' ||
  event.type === 'batch.cancelled'
