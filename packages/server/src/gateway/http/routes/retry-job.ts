import { steeredAnswer } from '../answer/steered.ts'
import { jobIdOf } from '../request/find-job.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** Opens another run of a failed job, with fresh attempts. */
export const retryJob: Route = {
  method: 'POST',
  path: '/v1/jobs/:id/retry',
  scope: 'jobs:admin',
  async handle(ctx, request) {
    const id = await jobIdOf(ctx, request)
    if (typeof id === 'object') return refuse(ctx, request, id)
    const answer = await ctx.engine.retry(request.caller, id)
    return answer.kind === 'problem'
      ? refuse(ctx, request, answer.problem)
      : steeredAnswer(ctx, 202, answer.job)
  },
}
