import { isOutcome, type Job } from '../core/job.ts'
import type { JobView } from '../core/job-view.ts'
import { waitingOf, type Waiting } from '../core/waiting.ts'
import type { EngineContext } from './context.ts'

/** Looks up what the row alone does not tell: why it waits, and what its attempts died of. */
export async function viewJob(ctx: EngineContext, job: Job): Promise<JobView> {
  const waits = job.state === 'queued' || job.state === 'parked'
  return {
    job,
    waiting: waits ? await waitingNow(ctx, job) : waitingOf(job, nowhere, ctx.clock.now()),
    failures: job.state === 'failed' ? await ctx.store.payloads.failures(job.id) : [],
    expiresAt: isOutcome(job) ? job.finishedAt + ctx.retention.jobsMs : null,
  }
}

/**
 * A job that was accepted in this moment: without another look into the store, unless only that
 * tells why it waits.
 */
export const viewNew = (ctx: EngineContext, job: Job): JobView | Promise<JobView> =>
  job.state === 'queued' && mayBeBlocked(ctx, job)
    ? viewJob(ctx, job)
    : { job, waiting: waitingOf(job, nowhere, ctx.clock.now()), failures: [], expiresAt: null }

const mayBeBlocked = (ctx: EngineContext, { operation, key }: Job): boolean =>
  key !== null ||
  (ctx.catalog.operation(operation)?.policies.concurrency ?? null) !== null ||
  breakerUntil(ctx, operation) !== null

const nowhere = {
  keyHeld: false,
  operationFull: false,
  served: true,
  breakerUntil: null,
  ahead: null,
}

async function waitingNow(ctx: EngineContext, job: Job): Promise<Waiting | null> {
  const around = await ctx.store.jobs.surroundings(job)
  const now = ctx.clock.now()
  return waitingOf(job, { ...around, breakerUntil: breakerUntil(ctx, job.operation) }, now)
}

const breakerUntil = (ctx: EngineContext, operation: string): number | null =>
  ctx.catalog.operation(operation)?.runner.heldOffUntil(operation) ?? null
