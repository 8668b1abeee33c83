import { untilEnd } from '../../../engine/wait.ts'
import { isProblem } from '../answer/problem.ts'
import { resultAnswer } from '../answer/result.ts'
import { fieldsOf } from '../request/fields.ts'
import { appliedPreferences, parsePrefer } from '../request/prefer.ts'
import { waitForJob } from '../request/wait-for-job.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** What the job gave, as if it had been called directly. */
export const getResult: Route = {
  method: 'GET',
  path: '/v1/jobs/:id/result',
  scope: 'jobs:read',
  async handle(ctx, request) {
    const preference = parsePrefer(request.headers['prefer'])
    const job = await waitForJob(ctx, request, preference, untilEnd)
    if (isProblem(job)) return refuse(ctx, request, job)
    const applied = appliedPreferences({ ...preference, respondAsync: false })
    const headers = applied === null ? {} : { 'preference-applied': applied }
    const fields = fieldsOf(request)
    return resultAnswer(ctx, job, {
      fields,
      headers: { ...headers, vary: 'Prefer' },
      reader: request,
    })
  },
}
