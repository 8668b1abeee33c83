import type { Problem } from '@buzzer/contract'
import { json, type Answer } from '../answer/answer.ts'
import { jobDocument } from '../../job-document.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import type { HttpRequest } from '../request/http-request.ts'
import { readJobQuery } from '../request/job-query.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** The jobs of the caller's tenant, newest first. */
export const listJobs: Route = {
  method: 'GET',
  path: '/v1/jobs',
  scope: 'jobs:read',
  handle: (ctx, request) => list(ctx, request, null),
}

/** The jobs that used up their attempts. */
export const listDeadLetters: Route = {
  method: 'GET',
  path: '/v1/dead-letters',
  scope: 'jobs:read',
  handle: (ctx, request) => list(ctx, request, true),
}

async function list(
  ctx: HttpContext,
  request: HttpRequest,
  deadLetter: boolean | null,
): Promise<Answer> {
  if (request.caller.jobToken !== null) return refuse(ctx, request, tokenOfOneJob)
  const query = readJobQuery(request, deadLetter)
  if (isProblem(query)) return refuse(ctx, request, query)
  const page = await ctx.engine.list(query)
  const views = await Promise.all(page.items.map((job) => ctx.engine.view(job)))
  const jobs = views.map((view) => jobDocument(view, ctx.publicUrl()))
  return json(200, { jobs, next: page.next }, { 'cache-control': 'no-store' })
}

const tokenOfOneJob: Problem = {
  code: 'insufficient-scope',
  detail: "A job's own token opens that job only; a list needs the scope jobs:read.",
}
