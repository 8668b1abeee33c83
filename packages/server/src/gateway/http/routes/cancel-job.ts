import { cancelAnswer } from '../answer/steered.ts'
import { jobIdOf } from '../request/find-job.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** Ends a job that waits, and tells a running one to stop. */
export const cancelJob: Route = {
  method: 'POST',
  path: '/v1/jobs/:id/cancel',
  scope: 'jobs:cancel',
  async handle(ctx, request) {
    const id = await jobIdOf(ctx, request)
    if (typeof id === 'object') return refuse(ctx, request, id)
    const answer = await ctx.engine.cancel(request.caller, id)
    return answer.kind === 'problem'
      ? refuse(ctx, request, answer.problem)
      : cancelAnswer(ctx, answer)
  },
}
