import type { JobId, Problem } from '@buzzer/contract'
import { newJob, type Job, type JobOrder, type Trace } from '../core/job.ts'
import type { Input } from '../core/payload.ts'
import type { Millis } from '../core/time.ts'
import { workTopic } from '../ports/bus.ts'
import type { Operation } from '../ports/catalog.ts'
import type { Acceptance } from '../ports/store.ts'
import { pollMs } from './claim.ts'
import type { EngineContext } from './context.ts'
import { runAttempt } from './run.ts'

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
export async function accept(ctx: EngineContext, submission: Submission): Promise<Accepted> {
  const began = ctx.clock.monotonic()
  const now = ctx.clock.now()
  const taken = mayStartNow(submission, now) ? ctx.free.take(1) : 0
  try {
    const acceptance = await store(ctx, submission, now, taken > 0)
    const started = follow(ctx, submission, acceptance)
    if (!started) ctx.free.giveUnused(taken)
    return answer(ctx, submission, acceptance, ctx.clock.monotonic() - began)
  } catch (fault) {
    ctx.free.giveUnused(taken)
    throw fault
  }
}

const mayStartNow = ({ operation, notBefore }: Submission, now: Millis) =>
  (notBefore === null || notBefore <= now) && operation.runner.heldOffUntil(operation.name) === null

const store = (
  ctx: EngineContext,
  submission: Submission,
  now: Millis,
  claim: boolean,
): Promise<Acceptance> =>
  ctx.store.intake.accept({
    job: newJob(orderOf(ctx.ids.next('job'), submission, now), dueAtOf(submission, now)),
    input: submission.input,
    idempotency:
      submission.idempotency === null
        ? null
        : {
            ...submission.idempotency,
            expiresAt: now + submission.operation.policies.idempotency.windowMs,
          },
    claimFor: claim ? ctx.node : null,
  })

/** Not in the past, which would put the job before those that came earlier. */
const dueAtOf = ({ notBefore }: Submission, now: Millis): Millis => Math.max(now, notBefore ?? now)

const orderOf = (id: JobId, submission: Submission, now: Millis): JobOrder => ({
  id,
  tenant: submission.tenant,
  client: submission.client,
  operation: submission.operation.name,
  priority: submission.priority,
  key: submission.key,
  tags: submission.tags,
  trace: submission.trace,
  createdAt: now,
  deadlineAt: submission.deadlineAt,
  maxAttempts: submission.operation.policies.retry.attempts,
})

/** Starts the job if it was claimed with its acceptance. @returns whether it took the slot */
function follow(ctx: EngineContext, submission: Submission, acceptance: Acceptance): boolean {
  if (acceptance.kind !== 'accepted') return false
  if (acceptance.job.state === 'queued') {
    // One that is due later is found by those who look by themselves.
    if (acceptance.job.dueAt < ctx.clock.now() + pollMs) ctx.bus.publish(workTopic)
    return false
  }
  const { input, value } = submission
  runAttempt(ctx, { job: acceptance.job, input, value })
  return true
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
  }
}

const keyReused: Problem = {
  code: 'idempotency-key-reused',
  detail:
    'This Idempotency-Key was used for another request to the same operation. ' +
    'Send the first request again unchanged, or use a new key.',
}
