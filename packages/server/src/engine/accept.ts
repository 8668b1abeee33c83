import type { BatchId, JobId, Problem } from '@buzzer/contract'
import type { CallbackWish } from '../core/callback.ts'
import { newJob, type Job, type JobOrder, type Queued, type Trace } from '../core/job.ts'
import { isBlob, type Input } from '../core/payload.ts'
import type { Millis } from '../core/time.ts'
import { workTopic } from '../ports/bus.ts'
import type { Operation } from '../ports/catalog.ts'
import type { Acceptance, IdempotencyClaim } from '../ports/store.ts'
import { pollMs } from './claim.ts'
import type { EngineContext } from './context.ts'
import { hintChange } from './fan-out/hint.ts'
import { isHeavy, keepApart, letGo } from './keep.ts'
import { runAttempt } from './run.ts'
import { sealCallback } from './seal-callback.ts'

/** One call of an operation, checked by its edge and not yet stored. */
export interface Submission {
  readonly tenant: string
  readonly client: string | null
  readonly operation: Operation
  readonly input: Input | null
  /** The input as its edge has parsed it already, so that a handler need not parse it again. */
  readonly value?: unknown
  readonly priority: number
  readonly key: string | null
  readonly tags: readonly string[]
  readonly trace: Trace | null
  /** Not to run before; null for at once. */
  readonly notBefore: Millis | null
  readonly deadlineAt: Millis | null
  readonly idempotency: { readonly key: string; readonly requestHash: Uint8Array } | null
  /** Who is told of it, where that came with the call; of a batch, with the batch. */
  readonly callback: CallbackWish | null
}

export type Accepted =
  | { readonly kind: 'accepted'; readonly job: Job }
  | { readonly kind: 'replayed'; readonly job: Job }
  | { readonly kind: 'refused'; readonly problem: Problem }

/**
 * Takes a call: when this resolves with `accepted`, the job is on disk. Where this node has a slot
 * free and nothing else waits for it, the job is stored as already claimed and starts at once.
 *
 * @throws StoreUnavailable where nobody can say whether the job was stored
 */
export function accept(ctx: EngineContext, submission: Submission): Promise<Accepted> {
  const { input } = submission
  return input === null || !isHeavy(input.body)
    ? acceptLight(ctx, submission)
    : acceptHeavy(ctx, submission, input)
}

/** A large input is written before a slot is taken: nobody shall wait for a disk in one. */
async function acceptHeavy(
  ctx: EngineContext,
  submission: Submission,
  input: Input,
): Promise<Accepted> {
  return acceptLight(ctx, { ...submission, input: await keepApart(ctx, input) })
}

async function acceptLight(ctx: EngineContext, submission: Submission): Promise<Accepted> {
  const began = ctx.clock.monotonic()
  const now = ctx.clock.now()
  const taken = mayStartNow(submission, now) ? ctx.free.take(1) : 0
  const bytes = atHand(submission.input)
  ctx.pressure.enter(bytes)
  try {
    const acceptance = await store(ctx, submission, now, taken > 0)
    const started = follow(ctx, submission, acceptance)
    if (!started) ctx.free.giveUnused(taken)
    if (acceptance.kind !== 'accepted') letGo(ctx, submission.input)
    return answer(ctx, submission, acceptance, ctx.clock.monotonic() - began)
  } catch (fault) {
    ctx.free.giveUnused(taken)
    throw fault
  } finally {
    ctx.pressure.leave(bytes, ctx.clock.monotonic() - began)
  }
}

/** What of an input is in memory, in bytes. */
export const atHand = (input: Input | null): number =>
  input === null || isBlob(input.body) ? 0 : input.body.byteLength

const mayStartNow = ({ operation, notBefore }: Submission, now: Millis) =>
  (notBefore === null || notBefore <= now) && operation.runner.heldOffUntil(operation.name) === null

function store(
  ctx: EngineContext,
  submission: Submission,
  now: Millis,
  claim: boolean,
): Promise<Acceptance> {
  const job = jobOf(ctx, submission, null, now)
  return ctx.store.intake.accept({
    job,
    input: submission.input,
    idempotency: keyClaimOf(submission, now),
    claimFor: claim ? ctx.node : null,
    callback: sealCallback(ctx, submission.callback, job.id),
  })
}

/** Not in the past, which would put the job before those that came earlier. */
const dueAtOf = ({ notBefore }: Submission, now: Millis): Millis => Math.max(now, notBefore ?? now)

/** The job that a submission becomes, alone or in a batch. */
export const jobOf = (
  ctx: EngineContext,
  submission: Submission,
  batch: BatchId | null,
  now: Millis,
): Queued => newJob(orderOf(ctx.ids.next('job'), submission, batch, now), dueAtOf(submission, now))

export const keyClaimOf = (
  { idempotency, operation }: Submission,
  now: Millis,
): IdempotencyClaim | null =>
  idempotency === null
    ? null
    : { ...idempotency, expiresAt: now + operation.policies.idempotency.windowMs }

const orderOf = (
  id: JobId,
  submission: Submission,
  batch: BatchId | null,
  now: Millis,
): JobOrder => ({
  id,
  tenant: submission.tenant,
  client: submission.client,
  operation: submission.operation.name,
  priority: submission.priority,
  key: submission.key,
  tags: submission.tags,
  trace: submission.trace,
  batch,
  callback: submission.callback?.events ?? null,
  createdAt: now,
  deadlineAt: submission.deadlineAt,
  maxAttempts: submission.operation.policies.retry.attempts,
})

/** Starts the job if it was claimed with its acceptance. @returns whether it took the slot */
function follow(ctx: EngineContext, submission: Submission, acceptance: Acceptance): boolean {
  if (acceptance.kind !== 'accepted') return false
  if (acceptance.job.state === 'queued') {
    noteQueued(ctx, submission, acceptance.job)
    hintChange(ctx, acceptance.job)
    // One that is due later is found by those who look by themselves.
    if (acceptance.job.dueAt < ctx.clock.now() + pollMs) ctx.bus.publish(workTopic)
    return false
  }
  const { input, value } = submission
  runAttempt(ctx, { job: acceptance.job, input, value, dueAt: acceptance.job.createdAt })
  return true
}

/** One with a key may stand behind another, and is counted when the store is asked. */
function noteQueued(ctx: EngineContext, { operation }: Submission, { key, dueAt }: Queued): void {
  if (key === null && dueAt <= ctx.clock.now()) ctx.admission.queued(operation)
}

function answer(
  { telemetry }: EngineContext,
  { operation }: Submission,
  acceptance: Acceptance,
  tookMs: number,
): Accepted {
  switch (acceptance.kind) {
    case 'accepted':
      telemetry.accepted(operation.name, tookMs)
      return acceptance
    case 'replayed':
      telemetry.replayed(operation.name)
      return acceptance
    case 'key-reused':
      return { kind: 'refused', problem: keyReused }
    case 'key-expired':
      return { kind: 'refused', problem: keyExpired }
  }
}

const keyExpired: Problem = {
  code: 'job-expired',
  detail:
    'The call with this Idempotency-Key was made, and its job is past its retention or erased. ' +
    'To have it run once more, use a new key.',
}

const keyReused: Problem = {
  code: 'idempotency-key-reused',
  detail:
    'This Idempotency-Key was used for another request to the same operation. ' +
    'Send the first request again unchanged, or use a new key.',
}
