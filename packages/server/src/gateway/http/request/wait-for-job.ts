import type { Problem } from '@buzzer/contract'
import type { Job } from '../../../core/job.ts'
import type { Until } from '../../../engine/wait.ts'
import type { HttpContext } from '../context.ts'
import { findJob, jobIdOf } from './find-job.ts'
import type { HttpRequest } from './http-request.ts'
import type { Preference } from './prefer.ts'

/** Finds the job in the path, and holds the answer back as long as `Prefer: wait` allows. */
export async function waitForJob(
  ctx: HttpContext,
  request: HttpRequest,
  { waitSeconds }: Preference,
  until: Until,
): Promise<Job | Problem> {
  if (waitSeconds === null || waitSeconds === 0) return findJob(ctx, request)
  const id = await jobIdOf(ctx, request)
  if (typeof id === 'object') return id
  const found = await ctx.engine.wait(request.caller, id, {
    until,
    timeoutMs: waitSeconds * 1_000,
    signal: AbortSignal.any([request.closed(), ctx.stopping]),
  })
  return found.kind === 'found' ? found.job : found.problem
}
