import type { JobId, Problem } from '@buzzer/contract'
import { isOutcome, type Job, type Outcome } from '../core/job.ts'
import type { Result } from '../core/payload.ts'
import { workTopic } from '../ports/bus.ts'
import { announceEnd } from './announce-end.ts'
import type { EngineContext } from './context.ts'
import { jobExpired, jobNotFound } from './find.ts'
import { keepApart, letGo } from './keep.ts'
import { reportEnd } from './report.ts'

/** What is said of the end of something that a run of a job started outside. */
export interface FinishOrder {
  readonly id: JobId
  readonly run: number
  /** What it gave, or why it failed. */
  readonly outcome:
    | { readonly kind: 'done'; readonly result: Result }
    | { readonly kind: 'failed'; readonly error: Problem }
}

export type FinishAnswer =
  /** Ended by this, or before. */
  | { readonly kind: 'ended'; readonly job: Job }
  | { readonly kind: 'problem'; readonly problem: Problem }

/**
 * Ends a run by the word of what it waits for. It may come before the wait for it is stored, and
 * counts then as well; the first outcome wins, and what comes after it is only counted.
 */
export async function finishJob(ctx: EngineContext, order: FinishOrder): Promise<FinishAnswer> {
  const { id, run, outcome } = order
  const result = outcome.kind === 'done' ? await keepApart(ctx, outcome.result) : null
  const error = outcome.kind === 'failed' ? outcome.error : null
  const finished = await ctx.store.jobs.finish({ id, run, error, result })
  if (finished.kind !== 'changed') letGo(ctx, result)
  switch (finished.kind) {
    case 'changed':
      if (isOutcome(finished.job)) announce(ctx, finished.job)
      return { kind: 'ended', job: finished.job }
    case 'refused':
      ctx.telemetry.lateOutcome(finished.job.operation)
      return { kind: 'ended', job: finished.job }
    case 'expired':
      return { kind: 'problem', problem: jobExpired }
    case 'unknown':
      return { kind: 'problem', problem: jobNotFound }
  }
}

/** Another job may have waited for this one's end: behind its key or its operation's limit. */
function announce(ctx: EngineContext, job: Outcome): void {
  reportEnd(ctx, job)
  announceEnd(ctx, job)
  ctx.bus.publish(workTopic)
}
