import type { BatchId, DeliveryId, DisableReason, EndpointId, JobId } from '@buzzer/contract'
import type {
  Delivery,
  Delivered,
  DeliveryState,
  DeliveryTarget,
  Scheduled,
  Sending,
  Undelivered,
} from '../core/delivery.ts'
import type { Callback } from '../core/callback.ts'
import type { Millis } from '../core/time.ts'
import type { Page } from './page.ts'

/** The store's role for events on their way to endpoints. */
export interface Deliveries {
  /**
   * Lanes with something to send, in the order of their names: each with the moment at which its
   * next delivery can be claimed.
   *
   * @param after the last name of the page before; the empty text for the first page
   */
  lanes(after: string, limit: number): Promise<readonly LaneHead[]>
  /**
   * Takes what is due, of each lane as many as it has room for; those with an ended lease too. One
   * that loses its lease again and again is given up, which is an event on the channel `webhooks`.
   */
  claim(request: DeliveryClaim): Promise<DeliveryClaims>
  /**
   * Records what became of an attempt, if the lease still stands: the delivery's next state, the
   * attempt, and the health of its endpoint, which may end in its being disabled. That, and a
   * delivery that nobody tries any more, is an event on the tenant's channel `webhooks`.
   */
  settle(settlement: DeliverySettlement): Promise<DeliverySettled>
  /** Gives claimed ones back that were not sent. */
  release(held: readonly DeliveryRef[], dueAt: Millis): Promise<void>
  read(tenant: string, id: DeliveryId): Promise<WholeDelivery | null>
  list(query: DeliveryQuery): Promise<Page<ListedDelivery>>
  /** Schedules one once more. */
  redeliver(tenant: string, id: DeliveryId, dueAt: Millis): Promise<Redelivered>
  /** Schedules failed ones of an endpoint once more: one bounded page each call. */
  redeliverFailed(batch: RedeliverBatch): Promise<RedeliveredBatch>
  /**
   * Fails what is not sent yet of endpoints that are disabled or gone: one bounded page each call.
   *
   * @returns how many; fewer than `limit` where there is no more
   */
  drop(limit: number): Promise<number>
  /** How many wait, and since when the oldest could have been sent; for metrics. */
  depth(): Promise<DeliveryDepth>
}

export interface LaneHead {
  readonly lane: string
  readonly dueAt: Millis
}

export interface DeliveryClaim {
  readonly wants: readonly LaneWant[]
}

export interface LaneWant {
  readonly lane: string
  readonly max: number
  /** Only the first of it, and only while no other one of it is being sent. */
  readonly ordered: boolean
  readonly leaseMs: number
}

export interface DeliveryClaims {
  readonly claimed: readonly ClaimedDelivery[]
  readonly givenUp: readonly GivenUp[]
  /** Of each lane that was asked for, when there is more; null where nothing else waits. */
  readonly lanes: readonly { readonly lane: string; readonly dueAt: Millis | null }[]
}

/** One that is taken for the cause that its senders vanish: it failed. */
export interface GivenUp {
  readonly id: DeliveryId
  readonly tenant: string
  readonly target: DeliveryTarget
  /** Since its last attempt that was recorded, or since it was sent again. */
  readonly leasesLost: number
}

export interface ClaimedDelivery {
  readonly delivery: Sending
  readonly message: Message
  /** Of a delivery to a callback; null where its job was erased. */
  readonly callback: Callback | null
}

export interface Message {
  readonly channel: string
  readonly offset: number
  readonly eventId: string
  readonly type: string
  readonly at: Millis
  /** Null where it was erased. */
  readonly body: string | null
}

/** The right to send a delivery, as what settles it has to show it. */
export interface DeliveryRef {
  readonly id: DeliveryId
  readonly fence: number
}

export interface DeliverySettlement {
  readonly lease: DeliveryRef
  readonly next: Scheduled | Delivered | Undelivered
  /** The place of the next state in its lane, where it is scheduled; null to stay where it is. */
  readonly rank: Millis | null
  readonly attempt: DeliveryAttempt
  /** What the attempt says of its endpoint: `gone` disables it, `nothing` was no fault of it. */
  readonly verdict: 'success' | 'failure' | 'gone' | 'nothing'
}

export type DeliverySettled =
  | { readonly kind: 'settled'; readonly disabled: DisableReason | null }
  | { readonly kind: 'lease-lost' }

/** One try, as it is kept. */
export interface DeliveryAttempt {
  /** From 1 on. */
  readonly attempt: number
  readonly at: Millis
  readonly latencyMs: number
  readonly status: number | null
  /** Null where it was delivered. */
  readonly error: string | null
  readonly answer: DeliveryAnswer | null
}

export interface DeliveryAnswer {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly truncated: boolean
}

export interface ListedDelivery {
  readonly delivery: Delivery
  readonly message: Omit<Message, 'body'>
  /** Where a callback delivers; null for an endpoint, and where its job was erased. */
  readonly callbackUrl: string | null
  /** The last attempt; null before the first. */
  readonly last: Pick<DeliveryAttempt, 'status' | 'error'> | null
}

export interface WholeDelivery extends ListedDelivery {
  readonly body: string | null
  readonly history: readonly DeliveryAttempt[]
}

/** Newest first. */
export interface DeliveryQuery {
  readonly tenant: string
  readonly endpoint: EndpointId | null
  readonly states: readonly DeliveryState[] | null
  /** In full. */
  readonly type: string | null
  /** The id of the event. */
  readonly event: string | null
  /** Callbacks of this job or batch, and what else is about the job. */
  readonly job: JobId | BatchId | null
  readonly createdAfter: Millis | null
  readonly createdBefore: Millis | null
  readonly limit: number
  /** The id of a delivery, from an earlier page. */
  readonly cursor: string | null
}

export type Redelivered =
  | { readonly kind: 'scheduled'; readonly listed: ListedDelivery }
  | { readonly kind: 'being-sent' | 'erased' | 'unknown' }
  /** Its endpoint is disabled or was removed. */
  | { readonly kind: 'disabled' }

export interface RedeliverBatch {
  readonly tenant: string
  readonly endpoint: EndpointId
  readonly type: string | null
  readonly createdAfter: Millis | null
  readonly createdBefore: Millis | null
  /** What they wait in from now on. */
  readonly lane: string
  readonly firstDueAt: Millis
  /** The time between two of them. */
  readonly everyMs: number
  readonly limit: number
  /** Where the page before ended. */
  readonly cursor: string | null
}

export interface RedeliveredBatch {
  readonly count: number
  /** Null where there is no more. */
  readonly next: string | null
}

export interface DeliveryDepth {
  readonly scheduled: number
  readonly oldestDueAt: Millis | null
}
