import type { BatchId, EventId, FinalState, JobId, Problem } from '@buzzer/contract'
import type { ChannelHistory } from '../core/channel.ts'
import type { Millis } from '../core/time.ts'

/**
 * Channels and what happened on them. Every reader of a durable channel reads here by cursor,
 * whatever protocol it came by; the bus only says when to look again.
 *
 * A name may stand for one channel that all tenants share, and later for one of each tenant, or the
 * other way round: what is published goes on above the offsets of both, so that a cursor which
 * somebody has of the one passes over nothing of the other.
 */
export interface Events {
  /**
   * @param channel such as `quotes.ACME`, `operations/{name}` or `batches/{id}`; one that nobody
   *   has written to is an empty one
   * @param since exclusive: 0 for all that is kept
   * @param limit at most so many events, and fewer where they are large, but not none
   */
  read(tenant: string, channel: string, since: number, limit: number): Promise<ChannelPage>
  /**
   * The names of channels that keep events, in their order; those of batches are not among them.
   *
   * @param after the last name of the page before; the empty text for the first page
   */
  channels(tenant: string, after: string, limit: number): Promise<readonly string[]>
  /**
   * Appends events in their order, all of them or none. One whose source and id are those of an
   * event that is kept is that event.
   */
  publish(command: Publish): Promise<Publication>
  /**
   * Takes offsets that nobody else gets, for events that are not kept here.
   *
   * @returns the first of `count`; null where there are too many channels
   */
  reserve(tenant: string, channel: string, count: number): Promise<number | null>
}

export interface Publish {
  readonly tenant: string
  readonly channel: string
  /** What is kept of this channel from now on. */
  readonly history: ChannelHistory
  readonly events: readonly NewEvent[]
}

export interface NewEvent {
  readonly id: string
  /** Told apart by it and the id; null where the id is new for certain. */
  readonly source: string | null
  readonly at: Millis
  /** A CloudEvent as `writeEvent` makes it. */
  readonly text: string
}

export type Publication =
  /** In the order of the events. */
  | { readonly kind: 'published'; readonly places: readonly EventPlace[] }
  /** So many channels have been written to that no new one is taken. */
  | { readonly kind: 'too-many-channels' }

export interface EventPlace {
  readonly offset: number
  /** False where it was there already. */
  readonly isNew: boolean
}

export interface ChannelPage {
  /** In the order of their offsets, which have no gaps within what is kept. */
  readonly events: readonly ChannelEvent[]
  /** The offset of the oldest event that is kept; `last + 1` where none is. */
  readonly oldest: number
  /** The last offset that was given out; 0 before the first. */
  readonly last: number
}

export type ChannelEvent = OutcomeEvent | BatchEndEvent | PublishedEvent

interface Placed {
  /** From 1 on. */
  readonly offset: number
  readonly at: Millis
}

interface Stored extends Placed {
  readonly id: EventId
}

/** Somebody published it. */
export interface PublishedEvent extends Placed {
  readonly kind: 'published'
  /** A CloudEvent without its `sequence`. */
  readonly text: string
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
