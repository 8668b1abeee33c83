import { parseJobId, type JobId, type Problem } from '@buzzer/contract'
import type { Job } from '../../../core/job.ts'
import { jobNotFound } from '../../../engine/find.ts'
import type { HttpContext } from '../context.ts'
import type { HttpRequest } from './http-request.ts'

/** The id in the path, if the caller may name it: a job's own token opens that job only. */
export function jobIdOf(ctx: HttpContext, { params, caller }: HttpRequest): JobId | Problem {
  const id = parseJobId(params['id'] ?? '')
  if (id === null) return jobNotFound
  if (caller.jobToken === null || ctx.tokens.matches(id, caller.jobToken)) return id
  return {
    code: 'insufficient-scope',
    detail: 'This token belongs to another job. Use the token that came with this one.',
  }
}

export async function findJob(ctx: HttpContext, request: HttpRequest): Promise<Job | Problem> {
  const id = jobIdOf(ctx, request)
  if (typeof id === 'object') return id
  const found = await ctx.engine.find(request.caller, id)
  return found.kind === 'found' ? found.job : found.problem
}
