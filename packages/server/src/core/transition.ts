import type { Problem } from '@buzzer/contract'
import type { Job, State } from './job.ts'
import type { NewLease } from './lease.ts'
import * as next from './next.ts'
import type { Monitor } from './payload.ts'
import type { Millis } from './time.ts'

/** What can happen to a job. Each input has one meaning in each state, or is refused. */
export type JobInput =
  /** A worker takes it, under a lease. */
  | { readonly kind: 'claim'; readonly lease: NewLease }
  /** The attempt gave a result. */
  | { readonly kind: 'succeed' }
  /** The attempt failed; `retryAt` is null where another try cannot help. */
  | { readonly kind: 'fail'; readonly error: Problem; readonly retryAt: Millis | null }
  /** The lease ended without a word from its worker. */
  | { readonly kind: 'lose'; readonly maxLost: number }
  /** The worker gives it back, as at a shutdown or where it could not begin; costs no attempt. */
  | { readonly kind: 'release'; readonly dueAt: Millis }
  /** It started something outside and waits for its end without a slot. */
  | { readonly kind: 'park'; readonly monitor: Monitor; readonly dueAt: Millis }
  /** What it started outside has ended, whoever holds it now; `error` is null where that gave a result. */
  | { readonly kind: 'finish'; readonly error: Problem | null }
  /** The caller does not want it any more. */
  | { readonly kind: 'cancel' }
  /** The worker stopped because of a cancel. */
  | { readonly kind: 'stop' }
  /** Its deadline passed. */
  | { readonly kind: 'expire' }
  /** Somebody asks for another run of a failed job: at once, or not before `dueAt`. */
  | { readonly kind: 'retry'; readonly dueAt?: Millis }

export type JobInputKind = JobInput['kind']

/** Why an input changes nothing. */
export type Refusal = 'job-finished' | 'job-not-failed' | 'not-held' | 'not-claimable'

export type Transition =
  | { readonly kind: 'changed'; readonly job: Job }
  | { readonly kind: 'refused'; readonly reason: Refusal }

type In<S extends State> = Extract<Job, { state: S }>
type Of<K extends JobInputKind> = Extract<JobInput, { kind: K }>
type Rule<S extends State, K extends JobInputKind> =
  | ((job: In<S>, input: Of<K>, now: Millis) => Job)
  | Refusal

/** The whole life of a job. A new state or input does not compile until every cell is filled. */
type Rules = { readonly [S in State]: { readonly [K in JobInputKind]: Rule<S, K> } }

const refuseAll = <R extends Refusal>(reason: R) =>
  ({
    claim: 'not-claimable',
    succeed: 'not-held',
    fail: 'not-held',
    lose: 'not-held',
    release: 'not-held',
    park: 'not-held',
    finish: reason,
    cancel: reason,
    stop: 'not-held',
    expire: reason,
    retry: 'job-not-failed',
  }) as const

const rules: Rules = {
  queued: {
    ...refuseAll('job-finished'),
    claim: (job, { lease }, now) => next.claimed(job, lease, now),
    finish: (job, { error }, now) => next.finished(job, error, now),
    cancel: (job, _, now) => next.cancelled(job, now),
    expire: (job, _, now) => next.expired(job, now),
  },
  running: {
    ...refuseAll('job-finished'),
    succeed: (job, _, now) => next.succeeded(job, now),
    fail: (job, { error, retryAt }, now) => next.attemptFailed(job, error, retryAt, now),
    lose: (job, { maxLost }, now) => next.leaseLost(job, maxLost, now),
    release: (job, { dueAt }) => next.released(job, dueAt),
    park: (job, { monitor, dueAt }) => next.parked(job, monitor, dueAt),
    finish: (job, { error }, now) => next.finished(job, error, now),
    cancel: (job) => ({ ...job, cancelRequested: true }),
    stop: (job, _, now) => next.cancelled(job, now),
    expire: (job, _, now) => next.expired(job, now),
  },
  parked: {
    ...refuseAll('job-finished'),
    claim: (job, { lease }) => next.reclaimed(job, lease),
    finish: (job, { error }, now) => next.finished(job, error, now),
    cancel: (job, _, now) => next.cancelled(job, now),
    expire: (job, _, now) => next.expired(job, now),
  },
  input_required: {
    ...refuseAll('job-finished'),
    cancel: (job, _, now) => next.cancelled(job, now),
    expire: (job, _, now) => next.expired(job, now),
  },
  succeeded: refuseAll('job-finished'),
  failed: {
    ...refuseAll('job-finished'),
    retry: (job, { dueAt }, now) => next.anotherRun(job, dueAt ?? now),
  },
  cancelled: refuseAll('job-finished'),
}

/**
 * Moves a job. Pure: what time, chance and policy contribute comes in with the input.
 *
 * @returns the job as it is afterwards, or why the input changes nothing
 */
export function transition(job: Job, input: JobInput, now: Millis): Transition {
  // The table pairs each rule with the state and input that lead to it; TypeScript cannot follow
  // two correlated unions at once, so the pair is joined here, in this one place.
  const rule = rules[job.state][input.kind] as Rule<State, JobInputKind>
  if (typeof rule === 'string') return { kind: 'refused', reason: rule }
  return { kind: 'changed', job: rule(job, input, now) }
}
