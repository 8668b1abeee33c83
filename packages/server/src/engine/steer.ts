import { problems, type JobId, type Problem } from '@buzzer/contract'
import { isOutcome, type Job } from '../core/job.ts'
import type { Refusal } from '../core/transition.ts'
import { jobTopic, stopTopic, workTopic } from '../ports/bus.ts'
import type { Steered } from '../ports/store.ts'
import { announceEnd } from './announce-end.ts'
import type { EngineContext } from './context.ts'
import { hintChange } from './fan-out/hint.ts'
import { findJob, jobExpired, jobNotFound, type Asker } from './find.ts'
import { reportEnd } from './report.ts'

export type SteerAnswer =
  | { readonly kind: 'changed'; readonly job: Job }
  | { readonly kind: 'unchanged'; readonly job: Job }
  | { readonly kind: 'problem'; readonly problem: Problem }

/** Ends a job that nobody runs, and tells a running one to stop. */
export async function cancelJob(ctx: EngineContext, asker: Asker, id: JobId): Promise<SteerAnswer> {
  const steered = await ctx.store.jobs.cancel(asker.tenant, id)
  if (steered.kind === 'refused' && steered.job.state === 'cancelled') {
    return { kind: 'unchanged', job: steered.job }
  }
  const answer = answerOf(steered)
  if (answer.kind === 'changed') announceCancel(ctx, answer.job)
  return answer
}

export function announceCancel(ctx: EngineContext, job: Job): void {
  if (!isOutcome(job)) return ctx.bus.publish(stopTopic)
  reportEnd(ctx, job)
  announceEnd(ctx, job)
  if (job.key !== null) ctx.bus.publish(workTopic)
}

/** Opens another run of a failed job, with fresh attempts. */
export async function retryJob(ctx: EngineContext, asker: Asker, id: JobId): Promise<SteerAnswer> {
  const answer = answerOf(await ctx.store.jobs.retry(asker.tenant, id))
  if (answer.kind === 'changed') {
    ctx.bus.publish(jobTopic(id))
    ctx.bus.publish(workTopic)
    hintChange(ctx, answer.job)
  }
  return answer
}

/** Removes an ended job and its payloads. @returns null when it is gone */
export async function eraseJob(
  ctx: EngineContext,
  asker: Asker,
  id: JobId,
): Promise<Problem | null> {
  const answer = await ctx.store.jobs.erase(asker.tenant, id)
  if (answer === 'erased') return null
  if (answer === 'job-not-finished') return jobNotFinished
  // What is past its retention can be told from what never was while its tombstone stands.
  const found = await findJob(ctx, asker, id)
  return found.kind === 'problem' ? found.problem : jobNotFound
}

function answerOf(steered: Steered): SteerAnswer {
  switch (steered.kind) {
    case 'changed':
      return { kind: 'changed', job: steered.job }
    case 'refused':
      return { kind: 'problem', problem: refusals[steered.reason] }
    case 'expired':
      return { kind: 'problem', problem: jobExpired }
    case 'unknown':
      return { kind: 'problem', problem: jobNotFound }
  }
}

const jobNotFinished: Problem = {
  code: 'job-not-finished',
  detail: 'Only a job that has ended can be erased. Cancel it first, or wait for its end.',
}

const refusals: Readonly<Record<Refusal, Problem>> = {
  'job-finished': {
    code: 'job-finished',
    detail: 'The job has ended already, so there is nothing to cancel. Fetch its result.',
  },
  'job-not-failed': {
    code: 'job-not-failed',
    detail: 'Only a job that has failed can be run again. Submit a new one instead.',
  },
  'not-held': { code: 'lease-lost', detail: problems['lease-lost'].title },
  'not-claimable': { code: 'lease-lost', detail: problems['lease-lost'].title },
}
