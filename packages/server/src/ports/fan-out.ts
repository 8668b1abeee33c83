import type { BatchId, DeliveryId, JobId } from '@buzzer/contract'
import type { DeliveryTarget } from '../core/delivery.ts'
import type { Callback } from '../core/callback.ts'
import type { Job } from '../core/job.ts'
import type { Millis } from '../core/time.ts'
import type { ChannelEvent } from './events.ts'
import type { Piece } from './piece.ts'

/**
 * The store's role between events and their deliveries. What somebody subscribes to is written into
 * one log with the events themselves; one cursor goes along it, and moves in the transaction that
 * writes the deliveries. See ADR 8.
 */
export interface FanOut {
  /**
   * What comes next behind the cursor; reading moves nothing.
   *
   * @param limit at most so many entries, and fewer where they are large, but not none; an event of
   *   a shared channel stands on one page for all of the tenants that hear it, however many
   */
  read(limit: number): Promise<FanOutPage>
  /**
   * Writes deliveries with what they carry, and moves the cursor. Those whose endpoint is disabled or
   * gone by then are left out; all of them where the cursor stands there already, as for a step that
   * comes twice.
   */
  write(step: FanOutStep): Promise<FanOutWritten>
}

export interface FanOutPage {
  /** In the order in which they happened, as far as they are on one channel or about one job. */
  readonly entries: readonly FanOutEntry[]
  /** From where the cursor stood to behind the last of them. */
  readonly move: FanOutMove
  readonly more: boolean
  /** That of the endpoints when this was read; an older list must not be matched with these. */
  readonly revision: number
  /** Events that were gone before their turn came, though they were waited for within a bound. */
  readonly lost: number
}

/** How the cursor moves; if it stands elsewhere by then, another node was first. */
export interface FanOutMove {
  readonly from: FanOutPosition
  readonly to: FanOutPosition
}

/** Where the cursor stands: behind this offset of this entry of the log, and this change of a job. */
export interface FanOutPosition {
  readonly log: number
  readonly offset: number
  readonly changes: number
}

export type FanOutEntry =
  /** On a channel that some endpoint subscribes to. */
  | {
      readonly kind: 'event'
      readonly tenant: string
      readonly channel: string
      readonly event: ChannelEvent
    }
  /** On the channel of a batch that has a callback. */
  | {
      readonly kind: 'batch'
      readonly tenant: string
      readonly batch: BatchId
      readonly channel: string
      readonly event: ChannelEvent
      readonly callback: Callback
    }
  /** A job that has a callback is not as it was; `before` is null where it was accepted. */
  | {
      readonly kind: 'job'
      readonly before: Job | null
      readonly after: Job
      readonly at: Millis
      readonly callback: Callback
    }
  /** A job whose callback asks for it has put something out. */
  | {
      readonly kind: 'piece'
      readonly job: Job
      readonly piece: Piece
      readonly callback: Callback
    }

/** What is delivered, kept once for all of its deliveries. */
export interface NewMessage {
  readonly tenant: string
  readonly channel: string
  readonly offset: number
  /** Of the event. */
  readonly eventId: string
  /** In full, as `dev.buzzer.job.succeeded`. */
  readonly type: string
  readonly at: Millis
  /** Whose payloads it may hold, so that erasing the job erases them here too. */
  readonly job: JobId | null
  /**
   * Whether it holds the job as it stood when this was made: it is not written any more where the job
   * has been erased since.
   */
  readonly holdsJob: boolean
  /** A CloudEvent in its JSON format. */
  readonly body: string
  /** Where it goes, if that is a callback, which the store has with its job; else null. */
  readonly callback: Callback | null
  readonly deliveries: readonly NewDelivery[]
}

export interface NewDelivery {
  readonly id: DeliveryId
  readonly target: DeliveryTarget
  readonly lane: string
  /** Its place in its lane: its due time; in an ordered one its age, or behind what is there. */
  readonly rank: Millis
  readonly dueAt: Millis
  /** Set where this node sends it at once: it is stored as already claimed. */
  readonly leaseUntil: Millis | null
}

export interface FanOutStep {
  /** Null for what did not come from the log, such as tests and replays. */
  readonly move: FanOutMove | null
  readonly createdAt: Millis
  readonly messages: readonly NewMessage[]
}

export interface FanOutWritten {
  /** Those that were left out: all of them, where the cursor had moved already. */
  readonly skipped: readonly DeliveryId[]
}
