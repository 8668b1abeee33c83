import type { Problem } from '@buzzer/contract'
import { isOutcome, type FailedAttempt, type Job, type Outcome, type Running } from '../core/job.ts'
import { attemptEndsAt } from '../core/lease.ts'
import { defaultRetry, retryDelay } from '../core/retry.ts'
import type { Millis } from '../core/time.ts'
import { transition, type JobInput } from '../core/transition.ts'
import { jobTopic, workTopic } from '../ports/bus.ts'
import type { Operation } from '../ports/catalog.ts'
import type { RunOutcome } from '../ports/runner.ts'
import type { Settled, Settlement } from '../ports/store.ts'
import { announceEnd } from './announce-end.ts'
import type { EngineContext } from './context.ts'
import type { Ending } from './ending.ts'
import { hintChange } from './fan-out/hint.ts'
import { isHeavy, keepApart, letGo } from './keep.ts'
import { persist } from './persist.ts'
import { reportSettled } from './report.ts'

type Failure = Extract<RunOutcome, { kind: 'failed' }>

/**
 * Records what became of an attempt, once: the store compares the lease's fence, so that a late
 * worker changes nothing and is only counted.
 */
export async function record(
  ctx: EngineContext,
  operation: Operation | null,
  ending: Ending,
): Promise<void> {
  const settlement = ending.stopped === 'lost' ? null : settle(ctx, operation, ending)
  if (settlement === null) return reportLost(ctx, ending)
  const settled = await persist(ctx, ending.job.attemptUntil, createSettling(ctx, settlement))
  if (settled === 'lease-lost' && ending.outcome?.kind === 'done') letGo(ctx, ending.outcome.result)
  if (settled === null || settled === 'lease-lost') return reportLost(ctx, ending)
  const stored = settled === 'settled' ? settlement : cancelledInstead(ctx, ending, settlement)
  announce(ctx, operation, stored)
  reportSettled(ctx, stored, ending.trace)
}

/** A large result is written once, however often the commit that names it is tried. */
function createSettling(ctx: EngineContext, settlement: Settlement): () => Promise<Settled> {
  let writing = settlement
  let tries = 0
  return async () => {
    tries += 1
    const { result } = writing
    if (result !== null && isHeavy(result.body)) {
      writing = { ...writing, result: await keepApart(ctx, result) }
    }
    const settled = await ctx.store.leases.settle(writing)
    const isFirst = tries === 1
    return settled === 'lease-lost' && !isFirst ? lookAgain(ctx, settlement) : settled
  }
}

/**
 * A lease that does not stand may be the work of an earlier try, whose answer got lost. Who else ended
 * the attempt may have come to the same state, but not in the same moment.
 */
async function lookAgain(ctx: EngineContext, { lease, next }: Settlement): Promise<Settled> {
  const stored = await ctx.store.jobs.read(lease.id)
  if (stored.kind !== 'found') return 'lease-lost'
  const { fence, version, state } = stored.job
  const isOurs = fence === lease.fence && version === next.version && state === next.state
  return isOurs && momentOf(stored.job) === momentOf(next) ? 'settled' : 'lease-lost'
}

/** When it ended, or goes on. */
function momentOf(job: Job): Millis | null {
  if ('finishedAt' in job) return job.finishedAt
  return 'dueAt' in job ? job.dueAt : null
}

function settle(
  ctx: EngineContext,
  operation: Operation | null,
  ending: Ending,
): Settlement | null {
  const now = ctx.clock.now()
  const input = decide(ctx, operation, ending, now)
  const next = nextOf(ending.job, input, now)
  if (next === null) return null
  return {
    lease: { id: ending.job.id, fence: ending.job.fence },
    next,
    result: ending.outcome?.kind === 'done' ? ending.outcome.result : null,
    failure: failureOf(ending.job, input, next, now),
  }
}

function nextOf(job: Running, input: JobInput, now: Millis): Settlement['next'] | null {
  const moved = transition(job, input, now)
  if (moved.kind === 'refused' || moved.job.state === 'running') return null
  return moved.job.state === 'input_required' ? null : moved.job
}

/** What the store made of it, because a cancel came while it was on its way. */
function cancelledInstead(
  { clock }: EngineContext,
  { job }: Ending,
  settlement: Settlement,
): Settlement {
  return { ...settlement, next: nextOf(job, { kind: 'stop' }, clock.now()) ?? settlement.next }
}

/** An attempt that its job's deadline cut off has failed too. */
function failureOf(job: Running, input: JobInput, next: Job, now: Millis): FailedAttempt | null {
  if (input.kind === 'fail') return failedAttempt(job, input.error, now)
  return next.state === 'failed' ? failedAttempt(job, next.error, now) : null
}

const failedAttempt = (job: Running, error: Problem, now: Millis): FailedAttempt => ({
  run: job.run,
  attempt: job.attempt,
  startedAt: job.attemptStartedAt,
  finishedAt: now,
  error,
})

/** A result counts also when it came after a stop; else the reason for the stop decides. */
function decide(
  ctx: EngineContext,
  operation: Operation | null,
  { job, outcome, stopped }: Ending,
  now: Millis,
): JobInput {
  if (outcome?.kind === 'done') return { kind: 'succeed' }
  if (stopped === 'cancel') return { kind: 'stop' }
  if (outcome?.kind === 'parked') {
    return { kind: 'park', monitor: outcome.monitor, dueAt: outcome.dueAt }
  }
  if (stopped === 'shutdown') return { kind: 'release', dueAt: now }
  // A timer may fire a moment before the clock says so: what it was set for tells the two apart.
  const endedAt = stopped === 'timeout' ? Math.max(now, attemptEndsAt(job)) : now
  if (job.deadlineAt !== null && job.deadlineAt <= endedAt) return { kind: 'expire' }
  if (stopped === 'timeout') return fail(ctx, operation, job, timedOut(operation, outcome), now)
  if (outcome === null) return { kind: 'release', dueAt: now }
  if (outcome.begun === false) {
    return { kind: 'release', dueAt: now + (outcome.retryAfterMs ?? 0) }
  }
  return fail(ctx, operation, job, outcome, now)
}

function fail(
  ctx: EngineContext,
  operation: Operation | null,
  job: Running,
  failure: Failure,
  now: Millis,
): JobInput {
  const policy = operation?.policies.retry ?? defaultRetry
  const delay = retryDelay(policy, job.attempt, ctx.random.fraction(), failure.retryAfterMs)
  return { kind: 'fail', error: failure.error, retryAt: failure.retryable ? now + delay : null }
}

/** The runner knows best whether a call that was cut off may be made again. */
const timedOut = (operation: Operation | null, outcome: Failure | null): Failure => ({
  kind: 'failed',
  error: {
    code: 'upstream-timeout',
    detail:
      `The attempt took longer than ${operation?.policies.timeoutMs ?? 0} ms. ` +
      "Raise the operation's `timeout` if that is how long it takes.",
  },
  retryable: outcome?.retryable ?? true,
  retryAfterMs: null,
})

function announce(ctx: EngineContext, operation: Operation | null, { next }: Settlement): void {
  if (isOutcome(next)) announceEnd(ctx, next)
  else {
    ctx.bus.publish(jobTopic(next.id))
    hintChange(ctx, next)
  }
  if (!isOutcome(next) || opensGate(operation, next)) ctx.bus.publish(workTopic)
}

/** Another job may have waited for this one's end: behind its key or its operation's limit. */
const opensGate = (operation: Operation | null, { key }: Outcome): boolean =>
  key !== null || (operation?.policies.concurrency ?? null) !== null

function reportLost(ctx: EngineContext, { job, outcome }: Ending): void {
  ctx.telemetry.lateOutcome(job.operation)
  // An upstream that calls back before it has answered is no fault of anybody's.
  const level = outcome?.kind === 'parked' ? 'info' : 'warn'
  ctx.log[level](
    { job: job.id, operation: job.operation, run: job.run, attempt: job.attempt, fence: job.fence },
    'a lease was lost; what its attempt gave is not recorded',
  )
}
