import { empty } from '../answer/answer.ts'
import { jobIdOf } from '../request/find-job.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** Removes an ended job with its payloads. */
export const eraseJob: Route = {
  method: 'DELETE',
  path: '/v1/jobs/:id',
  scope: 'jobs:admin',
  async handle(ctx, request) {
    const id = await jobIdOf(ctx, request)
    if (typeof id === 'object') return refuse(ctx, request, id)
    const problem = await ctx.engine.erase(request.caller, id)
    return problem === null ? empty(204) : refuse(ctx, request, problem)
  },
}
