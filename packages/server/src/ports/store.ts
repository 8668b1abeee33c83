import type { Callback } from '../core/callback.ts'
import type { JobId, JobState, Problem } from '@buzzer/contract'
import type { FailedAttempt, Job, Outcome, Parked, Progress, Queued, Running } from '../core/job.ts'
import type { LeaseTerms } from '../core/lease.ts'
import type { Input, Result } from '../core/payload.ts'
import type { Millis } from '../core/time.ts'
import type { Refusal } from '../core/transition.ts'
import type { Batches } from './batches.ts'
import type { Blobs, Mentions } from './blobs.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { Definitions } from './definitions.ts'
import type { Deliveries } from './deliveries.ts'
import type { Endpoints } from './endpoints.ts'
import type { Events } from './events.ts'
import type { FanOut } from './fan-out.ts'
import type { IdempotencyClaim } from './idempotency-claim.ts'
import type { Page } from './page.ts'
import type { Piece } from './piece.ts'
import type { Schedules } from './schedules.ts'
import type { UsedTickets } from './tickets.ts'

export type { IdempotencyClaim } from './idempotency-claim.ts'
export type { Page } from './page.ts'
export type { Piece } from './piece.ts'

/**
 * Where the truth is kept, by roles. Every method is one transaction, durable when its promise
 * resolves. A rejection means that the store could not say: the caller must not tell anybody that
 * it worked, nor that it did not.
 */
export interface Store extends AsyncDisposable {
  readonly intake: Intake
  readonly leases: Leases
  readonly jobs: Jobs
  readonly payloads: Payloads
  readonly upkeep: Upkeep
  readonly definitions: Definitions
  readonly blobs: Blobs
  readonly mentions: Mentions
  readonly batches: Batches
  readonly events: Events
  readonly schedules: Schedules
  readonly deadLetters: DeadLetters
  readonly tickets: UsedTickets
  readonly endpoints: Endpoints
  readonly fanOut: FanOut
  readonly deliveries: Deliveries
}

/** The store cannot be read or written now: a full disk, a lost connection. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}

/** Another process holds this data. */
export class StoreLocked extends Error {
  override readonly name = 'StoreLocked'
}

// ── Accepting ────────────────────────────────────────────────────────────────────────────────

export interface Intake {
  /**
   * Stores a job with its input and its idempotency key, or finds the one that the key stands
   * for. A job that asks for it is stored as already claimed by `node`, if no runnable job
   * competes for the slot and the gates of its key and its operation's concurrency are open.
   */
  accept(command: Accept): Promise<Acceptance>
}

export interface Accept {
  readonly job: Queued
  readonly input: Input | null
  readonly idempotency: IdempotencyClaim | null
  /** The node that has a slot free for it now, if any. */
  readonly claimFor: string | null
  /** Who is told of it by a callback, if anybody; stored with it. */
  readonly callback: Callback | null
}

export type Acceptance =
  /** `running` where it was claimed at once, else `queued`. */
  | { readonly kind: 'accepted'; readonly job: Queued | Running }
  | { readonly kind: 'replayed'; readonly job: Job }
  | { readonly kind: 'key-reused' }
  /** The job that the key stands for is past its retention, or was erased. */
  | { readonly kind: 'key-expired' }

// ── Running ──────────────────────────────────────────────────────────────────────────────────

/** The right to run a job, as every write of a worker has to show it. */
export interface LeaseRef {
  readonly id: JobId
  readonly fence: number
}

export interface Leases {
  /**
   * Says which operations this node runs and on what terms; replaces what it said before. Only
   * these are claimed, and `concurrency` is a limit over all nodes.
   *
   * @param shares what holds for all nodes; left out, it stays as it was said last
   */
  serve(node: string, terms: readonly ServedOperation[], shares?: Shares | null): Promise<void>
  /**
   * Takes runnable jobs, at most `max`. Operations take turns; within one its tenants do, each with
   * as many turns in a round as its share; and each tenant's jobs go in the order of their rank.
   */
  claim(request: ClaimRequest): Promise<Claims>
  /**
   * Records what became of an attempt, if the lease still stands: the next state, the result or
   * the failed attempt, the event of an outcome, and the next job of its key let go, all at once.
   */
  settle(settlement: Settlement): Promise<Settled>
  /** Keeps the latest progress and adds pieces of output, if the lease still stands. */
  note(note: Note): Promise<'noted' | 'lease-lost'>
  /**
   * Tells which of these leases do not stand any more and which are to stop. The store renews
   * the leases of this node by itself, from where user code cannot block it, never beyond an
   * attempt's end.
   */
  inspect(held: readonly LeaseRef[]): Promise<LeaseNews>
}

export interface ServedOperation extends LeaseTerms {
  readonly operation: string
  readonly concurrency: number | null
}

/** How many turns a tenant has where others have one; 1 for those that are not named. */
export type Shares = Readonly<Record<string, number>>

export interface ClaimRequest {
  readonly node: string
  readonly max: number
  /** Operations that are held off now, as by an open circuit breaker. */
  readonly except: readonly string[]
}

export interface Claims {
  readonly claimed: readonly Claimed[]
  /** When the next delayed job becomes runnable, so that a timer can be set; null for none. */
  readonly nextDueAt: Millis | null
}

export interface Claimed {
  readonly job: Running
  readonly input: Input | null
  /** Since when it could have been claimed; null where nobody knows. */
  readonly dueAt: Millis | null
}

export interface Settlement {
  readonly lease: LeaseRef
  /** The job afterwards: an outcome, queued again, or parked. */
  readonly next: Outcome | Queued | Parked
  readonly result: Result | null
  readonly failure: FailedAttempt | null
}

/** `cancelled` where the job would have gone on, and ended since that was asked for. */
export type Settled = 'settled' | 'cancelled' | 'lease-lost'

export interface Note {
  readonly lease: LeaseRef
  /** The job's version with this note. */
  readonly version: number
  readonly progress: Progress | null
  readonly pieces: readonly Piece[]
}

export interface LeaseNews {
  readonly lost: readonly LeaseRef[]
  readonly cancelled: readonly LeaseRef[]
}

// ── Reading and steering ─────────────────────────────────────────────────────────────────────

export interface Jobs {
  read(id: JobId): Promise<JobLookup>
  list(query: JobQuery): Promise<Page<Job>>
  /** Ends a job that nobody runs; tells a running one to stop. */
  cancel(tenant: string, id: JobId): Promise<Steered>
  /** Opens another run of a failed job; with a key it queues last. */
  retry(tenant: string, id: JobId): Promise<Steered>
  /**
   * Ends a run by the word of what it started outside, whoever holds it, under the rules of
   * `settle`; an ended one, and another run, stay as they are (`job-finished`).
   */
  finish(finish: Finish): Promise<Steered>
  /** Removes an ended job and all its payloads. */
  erase(tenant: string, id: JobId): Promise<'erased' | 'job-not-finished' | 'job-not-found'>
  /** Why a job waits, as far as only the store can tell. */
  surroundings(job: Job): Promise<StoreSurroundings>
}

export interface Finish {
  readonly id: JobId
  /** The one that started it. */
  readonly run: number
  /** Why it failed; null where it gave the result. */
  readonly error: Problem | null
  readonly result: Result | null
}

export type JobLookup =
  | { readonly kind: 'found'; readonly job: Job }
  /** Past its retention; its tombstone stands. */
  | { readonly kind: 'expired'; readonly tenant: string }
  | { readonly kind: 'unknown' }

export interface JobQuery {
  readonly tenant: string
  readonly operation: string | null
  readonly states: readonly JobState[] | null
  readonly tag: string | null
  readonly deadLetter: boolean | null
  readonly createdAfter: Millis | null
  readonly createdBefore: Millis | null
  readonly limit: number
  /** From an earlier page; the id of a job. */
  readonly cursor: string | null
}

export type Steered =
  | { readonly kind: 'changed'; readonly job: Job }
  | { readonly kind: 'refused'; readonly reason: Refusal; readonly job: Job }
  | { readonly kind: 'expired' }
  | { readonly kind: 'unknown' }

export interface StoreSurroundings {
  readonly keyHeld: boolean
  readonly operationFull: boolean
  readonly served: boolean
  /** Counted up to a bound; null beyond it. */
  readonly ahead: number | null
}

export interface Payloads {
  input(id: JobId): Promise<Input | null>
  result(id: JobId): Promise<Result | null>
  /** Pieces of the present attempt above a version, in order, at most `limit`. */
  pieces(id: JobId, since: number, limit: number): Promise<readonly Piece[]>
  /** The failed attempts of the present run. */
  failures(id: JobId): Promise<readonly FailedAttempt[]>
}

// ── Housekeeping ─────────────────────────────────────────────────────────────────────────────

export interface Upkeep {
  /**
   * Takes jobs whose lease ended from their workers, and fails those past their deadline: one
   * bounded page each call.
   */
  rescue(limit: number): Promise<Rescued>
  /** Removes what is past its retention: one small batch each call. */
  retain(retention: Retention, limit: number): Promise<Retained>
  /** How much waits and runs, per operation. */
  depths(): Promise<readonly Depth[]>
  /** Checks that what is stored can be; finds nothing in a healthy store. */
  audit(): Promise<readonly string[]>
  /** Fails where nothing can be written now. */
  ping(): Promise<void>
}

export interface Rescued {
  readonly jobs: readonly RescuedJob[]
  /** There may be more: call again. */
  readonly more: boolean
}

export interface RescuedJob {
  readonly job: Job
  readonly why: 'lease' | 'deadline'
}

/** How long things are kept after their end, in milliseconds. */
export interface Retention {
  readonly jobsMs: number
  /** Tickets that nobody used for so long go as well. */
  readonly tombstonesMs: number
  readonly eventsMs: number
  readonly deliveriesMs: number
}

export interface Retained {
  readonly jobs: number
  readonly tombstones: number
  readonly events: number
  readonly idempotencyKeys: number
  readonly deliveries: number
  readonly more: boolean
}

export interface Depth {
  readonly operation: string
  /** Runnable now. */
  readonly ready: number
  /** Not before a time, for a delay or a retry. */
  readonly delayed: number
  /** Behind another job with the same key. */
  readonly blocked: number
  readonly running: number
  readonly parked: number
  /** When the oldest runnable job became so; null where none is. */
  readonly oldestReadyAt: Millis | null
  /** Failed for good, with their attempts used up. */
  readonly deadLetters: number
}
