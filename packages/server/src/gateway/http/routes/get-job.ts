import { JobSchema } from '@buzzer/contract'
import { isOutcome, type Job } from '../../../core/job.ts'
import { untilChanged, untilEnd } from '../../../engine/wait.ts'
import { etagOf, retryAfterSeconds } from '../answer/accepted.ts'
import { empty, json, type Answer, type AnswerHeaders } from '../answer/answer.ts'
import { pickFields } from '../answer/fields.ts'
import { jobDocument } from '../../job-document.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import { parseVersions } from '../request/if-none-match.ts'
import { fieldsOf, wrongFields } from '../request/fields.ts'
import type { HttpRequest } from '../request/http-request.ts'
import { appliedPreferences, parsePrefer } from '../request/prefer.ts'
import { waitForJob } from '../request/wait-for-job.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** The job as it stands, at once or (long polling) when there is news. */
export const getJob: Route = {
  method: 'GET',
  path: '/v1/jobs/:id',
  scope: 'jobs:read',
  async handle(ctx, request) {
    const wrong = wrongFields(fieldsOf(request), 'job', members)
    if (wrong !== null) return refuse(ctx, request, wrong)
    const known = parseVersions(request.headers['if-none-match'])
    const preference = parsePrefer(request.headers['prefer'])
    const until = known === null ? untilEnd : untilChanged(known)
    const job = await waitForJob(ctx, request, preference, until)
    if (isProblem(job)) return refuse(ctx, request, job)
    const applied = appliedPreferences({ ...preference, respondAsync: false })
    const headers = {
      ...statusHeaders(job),
      ...(applied === null ? {} : { 'preference-applied': applied }),
    }
    return known?.has(job.version) === true
      ? empty(304, headers)
      : found(ctx, request, job, headers)
  },
}

const members = Object.keys(JobSchema.properties)

const statusHeaders = (job: Job): AnswerHeaders => ({
  'etag': etagOf(job),
  'cache-control': 'private, no-cache',
  'vary': 'Prefer',
  ...(isOutcome(job) ? {} : { 'retry-after': retryAfterSeconds }),
})

async function found(
  ctx: HttpContext,
  request: HttpRequest,
  job: Job,
  headers: AnswerHeaders,
): Promise<Answer> {
  const document = jobDocument(await ctx.engine.view(job), ctx.publicUrl())
  const fields = fieldsOf(request)
  return json(200, fields === null ? document : pickFields(document, fields), headers)
}
