import type { Problem } from '@buzzer/contract'
import type { Job } from '../../../core/job.ts'
import type { Page } from '../../../ports/store.ts'
import { json, type Answer } from '../answer/answer.ts'
import { jobDocument } from '../../job-document.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import { readJobQuery } from '../request/job-query.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** The jobs of the caller's tenant, newest first. */
export const listJobs: Route = {
  method: 'GET',
  path: '/v1/jobs',
  scope: 'jobs:read',
  async handle(ctx, request) {
    if (request.caller.jobToken !== null) return refuse(ctx, request, tokenOfOneJob)
    const query = readJobQuery(request)
    if (isProblem(query)) return refuse(ctx, request, query)
    return jobList(ctx, await ctx.engine.list(query))
  },
}

/** A page of jobs as it is answered. */
export async function jobList(ctx: HttpContext, { items, next }: Page<Job>): Promise<Answer> {
  const views = await Promise.all(items.map((job) => ctx.engine.view(job)))
  const jobs = views.map((view) => jobDocument(view, ctx.publicUrl()))
  return json(200, { jobs, next }, { 'cache-control': 'no-store' })
}

export const tokenOfOneJob: Problem = {
  code: 'insufficient-scope',
  detail: "A job's own token opens that job only; a list needs the scope jobs:read.",
}
