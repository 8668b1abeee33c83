import type { JobId, Problem } from '@buzzer/contract'
import type { Job } from '../core/job.ts'
import type { EngineContext } from './context.ts'

/** Who asks. A job of another tenant and a job that never was look the same. */
export interface Asker {
  readonly tenant: string
}

export type Found =
  | { readonly kind: 'found'; readonly job: Job }
  | { readonly kind: 'problem'; readonly problem: Problem }

export async function findJob(ctx: EngineContext, asker: Asker, id: JobId): Promise<Found> {
  const lookup = await ctx.store.jobs.read(id)
  if (lookup.kind === 'found' && lookup.job.tenant === asker.tenant) return lookup
  if (lookup.kind === 'expired' && lookup.tenant === asker.tenant) return problem(jobExpired)
  return problem(jobNotFound)
}

const problem = (value: Problem): Found => ({ kind: 'problem', problem: value })

export const jobNotFound: Problem = {
  code: 'job-not-found',
  detail:
    'There is no job with this id. Check the id, and that you ask the same server and tenant.',
}

export const jobExpired: Problem = {
  code: 'job-expired',
  detail: 'The job ended and is past its retention, so its result is gone. Submit it again.',
}
