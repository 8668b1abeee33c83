import type { BatchId, EventId, FinalState, JobId, Problem } from '@buzzer/contract'
import type { Millis } from '../core/time.ts'

/**
 * Reads what happened on a channel, by cursor. Every reader of a durable channel is one of these,
 * whatever protocol it came by; the bus only says when to look again.
 */
export interface Events {
  /**
   * @param channel such as `operations/{name}` or `batches/{id}`; one that nobody has written to
   *   is an empty one
   * @param since exclusive: 0 for all that is kept
   * @param limit at most so many events
   */
  read(tenant: string, channel: string, since: number, limit: number): Promise<ChannelPage>
}

export interface ChannelPage {
  /** In the order of their offsets, which have no gaps within what is kept. */
  readonly events: readonly ChannelEvent[]
  /** The offset of the oldest event that is kept; `last + 1` where none is. */
  readonly oldest: number
  /** The last offset that was given out; 0 before the first. */
  readonly last: number
}

export type ChannelEvent = OutcomeEvent | BatchEndEvent

interface Stored {
  /** From 1 on. */
  readonly offset: number
  readonly id: EventId
  readonly at: Millis
}

/** A run of a job ended, on the channel of its operation and of each batch that lists it. */
export interface OutcomeEvent extends Stored {
  readonly kind: 'outcome'
  readonly state: FinalState
  readonly job: JobId
  readonly run: number
  readonly attempt: number
  readonly version: number
  readonly deadLetter: boolean
  readonly error: Problem | null
}

/** The last job of a batch ended. There may be another one, where a job was run again since. */
export interface BatchEndEvent extends Stored {
  readonly kind: 'batch-end'
  readonly state: FinalState
  readonly batch: BatchId
}
