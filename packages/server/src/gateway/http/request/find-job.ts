import { parseJobId, type JobId, type Problem } from '@buzzer/contract'
import type { Job } from '../../../core/job.ts'
import { opens, type Caller } from '../../../core/scope.ts'
import { jobNotFound } from '../../../engine/find.ts'
import type { HttpContext } from '../context.ts'
import { otherTicket } from './find-channel.ts'
import type { HttpRequest } from './http-request.ts'

/**
 * The id in the path, if the caller may name it: a job's own token opens that job only, and a
 * batch's token the jobs that the batch lists.
 */
export async function jobIdOf(
  ctx: HttpContext,
  { params, caller }: Pick<HttpRequest, 'params' | 'caller'>,
): Promise<JobId | Problem> {
  const id = parseJobId(params['id'] ?? '')
  if (id === null) return jobNotFound
  if (!opens(caller, `jobs/${id}`)) return otherTicket
  const { jobToken } = caller
  if (jobToken === null || ctx.tokens.matches(id, jobToken)) return id
  return (await isListed(ctx, caller, id, jobToken)) ? id : wrongToken
}

async function isListed(
  { engine, tokens }: HttpContext,
  caller: Caller,
  id: JobId,
  token: string,
): Promise<boolean> {
  const found = await engine.find(caller, id)
  if (found.kind === 'problem') return false
  const { batch } = found.job
  if (batch !== null && tokens.matches(batch, token)) return true
  const listing = await engine.batches.listing(id)
  return listing.some((each) => tokens.matches(each, token))
}

const wrongToken: Problem = {
  code: 'insufficient-scope',
  detail: 'This token is not that of this job. Use the one that came with it.',
}

export async function findJob(
  ctx: HttpContext,
  request: Pick<HttpRequest, 'params' | 'caller'>,
): Promise<Job | Problem> {
  const id = await jobIdOf(ctx, request)
  if (typeof id === 'object') return id
  const found = await ctx.engine.find(request.caller, id)
  return found.kind === 'found' ? found.job : found.problem
}
