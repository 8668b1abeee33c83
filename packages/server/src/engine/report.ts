import { isDeadLetter, isOutcome, type Outcome, type Trace } from '../core/job.ts'
import { traceIds } from '../core/trace.ts'
import type { Settlement } from '../ports/store.ts'
import type { EngineContext } from './context.ts'

/** One wide line per outcome, with everything that is known about the job's life. */
export function reportSettled(
  ctx: EngineContext,
  settlement: Settlement,
  trace: Trace | null,
): void {
  if (isOutcome(settlement.next)) reportEnd(ctx, settlement.next, trace)
  else reportAgain(ctx, settlement, trace)
}

/** The same for a job that ended without its worker: cancelled, rescued or past its deadline. */
export function reportEnd(ctx: EngineContext, job: Outcome, trace = job.trace): void {
  ctx.telemetry.ended(job.operation, job.state, job.finishedAt - job.createdAt)
  if (isDeadLetter(job)) ctx.telemetry.deadLettered(job.operation)
  ctx.log[job.state === 'failed' ? 'warn' : 'info'](wideLine(job, trace), `job ${job.state}`)
}

function reportAgain(ctx: EngineContext, { next, failure }: Settlement, trace: Trace | null): void {
  if (failure === null || next.state !== 'queued') return
  ctx.telemetry.retried(next.operation)
  const { id, operation, run, attempt, dueAt } = next
  const until = new Date(dueAt).toISOString()
  ctx.log.info(
    { job: id, operation, run, attempt, until, ...idsOf(trace), error: failure.error },
    'job retrying',
  )
}

const idsOf = (trace: Trace | null): object => (trace === null ? {} : traceIds(trace))

const wideLine = (job: Outcome, trace: Trace | null): object => ({
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
  ...idsOf(trace),
  ...(job.state === 'failed' ? { error: job.error, deadLetter: job.deadLetter } : {}),
})
