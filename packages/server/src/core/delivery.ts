import type { BatchId, DeliveryId, EndpointId, JobId } from '@buzzer/contract'
import type { Millis } from './time.ts'

/** Where a delivery goes: to an endpoint that was created, or to one that came with a request. */
export type DeliveryTarget =
  | { readonly kind: 'endpoint'; readonly id: EndpointId }
  | { readonly kind: 'callback'; readonly id: JobId | BatchId }

/** What was decided when the delivery was made and never changes. */
export interface DeliveryOrder {
  readonly id: DeliveryId
  readonly tenant: string
  readonly target: DeliveryTarget
  /** What it waits in line with; see lane.ts. */
  readonly lane: string
  /** What is delivered, as the store numbers it. */
  readonly message: number
  readonly createdAt: Millis
}

/** What every state has. */
interface DeliveryLife extends DeliveryOrder {
  /** Attempts that were made and recorded. */
  readonly attempts: number
  /** Attempts since it was made or sent again: the place in the endpoint's schedule. */
  readonly step: number
  /** Raised by every claim and never reset, so that a late sender is told apart. */
  readonly fence: number
}

export interface Scheduled extends DeliveryLife {
  readonly state: 'scheduled'
  /** Not to be sent before. */
  readonly dueAt: Millis
}

/** A node is at it, for as long as its lease stands. */
export interface Sending extends DeliveryLife {
  readonly state: 'sending'
  readonly leaseUntil: Millis
}

export interface Delivered extends DeliveryLife {
  readonly state: 'delivered'
  readonly finishedAt: Millis
}

/** Nobody tries it any more, unless it is asked for. */
export interface Undelivered extends DeliveryLife {
  readonly state: 'failed'
  readonly finishedAt: Millis
  readonly reason: string
}

export type Delivery = Scheduled | Sending | Delivered | Undelivered
export type DeliveryState = Delivery['state']

/** What can happen to a delivery. Each input has one meaning in each state, or is refused. */
export type DeliveryInput =
  /** A node takes it to send it. */
  | { readonly kind: 'claim'; readonly leaseUntil: Millis }
  /** The receiver took it. */
  | { readonly kind: 'deliver' }
  /** The attempt failed; `retryAt` is null where the schedule is used up. */
  | { readonly kind: 'fail'; readonly retryAt: Millis | null; readonly reason: string }
  /** The node gives it back unsent; costs no attempt. */
  | { readonly kind: 'release'; readonly dueAt: Millis }
  /** Its endpoint was disabled or deleted, or what it carries was erased. */
  | { readonly kind: 'drop'; readonly reason: string }
  /** Somebody asks for it to be sent once more, on a schedule that begins anew. */
  | { readonly kind: 'redeliver'; readonly dueAt: Millis }

export type DeliveryInputKind = DeliveryInput['kind']

/** Why an input changes nothing. */
export type DeliveryRefusal = 'ended' | 'not-sending' | 'being-sent'

export type DeliveryTransition =
  | { readonly kind: 'changed'; readonly delivery: Delivery }
  | { readonly kind: 'refused'; readonly reason: DeliveryRefusal }

/** @param dueAt when it may be sent at the earliest */
export const newDelivery = (order: DeliveryOrder, dueAt: Millis): Scheduled => ({
  ...order,
  state: 'scheduled',
  attempts: 0,
  step: 0,
  fence: 0,
  dueAt,
})

// ── One constructor per transition ───────────────────────────────────────────────────────────

/** What a delivery keeps from one state to the next. */
const kept = (delivery: Delivery): DeliveryLife => ({
  id: delivery.id,
  tenant: delivery.tenant,
  target: delivery.target,
  lane: delivery.lane,
  message: delivery.message,
  createdAt: delivery.createdAt,
  attempts: delivery.attempts,
  step: delivery.step,
  fence: delivery.fence,
})

/**
 * One whose lease ended is taken like one that nobody held: what came of it nobody knows. The store
 * counts that, and gives it up in the end (see lease.ts).
 */
const claimed = (delivery: Scheduled | Sending, leaseUntil: Millis): Sending => ({
  ...kept(delivery),
  state: 'sending',
  fence: delivery.fence + 1,
  leaseUntil,
})

const tried = (delivery: Sending): DeliveryLife => ({
  ...kept(delivery),
  attempts: delivery.attempts + 1,
  step: delivery.step + 1,
})

const delivered = (delivery: Sending, finishedAt: Millis): Delivered => ({
  ...tried(delivery),
  state: 'delivered',
  finishedAt,
})

const scheduled = (life: DeliveryLife, dueAt: Millis): Scheduled => ({
  ...life,
  state: 'scheduled',
  dueAt,
})

const undelivered = (life: DeliveryLife, reason: string, finishedAt: Millis): Undelivered => ({
  ...life,
  state: 'failed',
  finishedAt,
  reason,
})

const attemptFailed = (
  delivery: Sending,
  { retryAt, reason }: Of<'fail'>,
  now: Millis,
): Scheduled | Undelivered =>
  retryAt === null ? undelivered(tried(delivery), reason, now) : scheduled(tried(delivery), retryAt)

const sentAgain = (delivery: Delivery, dueAt: Millis): Scheduled =>
  scheduled({ ...kept(delivery), step: 0 }, dueAt)

// ── The table ────────────────────────────────────────────────────────────────────────────────

type In<S extends DeliveryState> = Extract<Delivery, { state: S }>
type Of<K extends DeliveryInputKind> = Extract<DeliveryInput, { kind: K }>
type Rule<S extends DeliveryState, K extends DeliveryInputKind> =
  | ((delivery: In<S>, input: Of<K>, now: Millis) => Delivery)
  | DeliveryRefusal

/** The whole life of a delivery. A new state or input does not compile until every cell is filled. */
type Rules = {
  readonly [S in DeliveryState]: { readonly [K in DeliveryInputKind]: Rule<S, K> }
}

const rules: Rules = {
  scheduled: {
    claim: (delivery, { leaseUntil }) => claimed(delivery, leaseUntil),
    deliver: 'not-sending',
    fail: 'not-sending',
    release: 'not-sending',
    drop: (delivery, { reason }, now) => undelivered(kept(delivery), reason, now),
    redeliver: (delivery, { dueAt }) => sentAgain(delivery, dueAt),
  },
  sending: {
    claim: (delivery, { leaseUntil }) => claimed(delivery, leaseUntil),
    deliver: (delivery, _, now) => delivered(delivery, now),
    fail: attemptFailed,
    release: (delivery, { dueAt }) => scheduled(kept(delivery), dueAt),
    // What is on the wire cannot be called back; what comes of it is recorded.
    drop: 'being-sent',
    redeliver: 'being-sent',
  },
  delivered: {
    claim: 'ended',
    deliver: 'not-sending',
    fail: 'not-sending',
    release: 'not-sending',
    drop: 'ended',
    redeliver: (delivery, { dueAt }) => sentAgain(delivery, dueAt),
  },
  failed: {
    claim: 'ended',
    deliver: 'not-sending',
    fail: 'not-sending',
    release: 'not-sending',
    drop: 'ended',
    redeliver: (delivery, { dueAt }) => sentAgain(delivery, dueAt),
  },
}

/**
 * Moves a delivery. Pure: what time, chance and policy contribute comes in with the input.
 *
 * @returns the delivery as it is afterwards, or why the input changes nothing
 */
export function moveDelivery(
  delivery: Delivery,
  input: DeliveryInput,
  now: Millis,
): DeliveryTransition {
  // As in transition.ts: TypeScript cannot follow two correlated unions at once.
  const rule = rules[delivery.state][input.kind] as Rule<DeliveryState, DeliveryInputKind>
  if (typeof rule === 'string') return { kind: 'refused', reason: rule }
  return { kind: 'changed', delivery: rule(delivery, input, now) }
}
