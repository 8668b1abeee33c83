import { isOutcome, type Outcome } from '../core/job.ts'
import type { Settlement } from '../ports/store.ts'
import type { EngineContext } from './context.ts'

/** One wide line per outcome, with everything that is known about the job's life. */
export function reportSettled(ctx: EngineContext, settlement: Settlement): void {
  if (isOutcome(settlement.next)) reportEnd(ctx, settlement.next)
  else reportAgain(ctx, settlement)
}

/** The same for a job that ended without its worker: cancelled, rescued or past its deadline. */
export function reportEnd(ctx: EngineContext, job: Outcome): void {
  ctx.telemetry.ended(job.operation, job.state, job.finishedAt - job.createdAt)
  ctx.log[job.state === 'failed' ? 'warn' : 'info'](wideLine(job), `job ${job.state}`)
}

function reportAgain(ctx: EngineContext, { next, failure }: Settlement): void {
  if (failure === null || next.state !== 'queued') return
  ctx.telemetry.retried(next.operation)
  const { id, operation, run, attempt, dueAt } = next
  const until = new Date(dueAt).toISOString()
  ctx.log.info({ job: id, operation, run, attempt, until, error: failure.error }, 'job retrying')
}

const wideLine = (job: Outcome): object => ({
  job: job.id,
  operation: job.operation,
  tenant: job.tenant,
  state: job.state,
  run: job.run,
  attempt: job.attempt,
  leasesLost: job.leasesLost,
  waitMs: job.startedAt === null ? null : job.startedAt - job.createdAt,
  runMs: job.startedAt === null ? null : job.finishedAt - job.startedAt,
  lifeMs: job.finishedAt - job.createdAt,
  ...(job.key === null ? {} : { key: job.key }),
  ...(job.trace === null ? {} : { traceparent: job.trace.traceparent }),
  ...(job.state === 'failed' ? { error: job.error, deadLetter: job.deadLetter } : {}),
})
