import { JobSchema, type Problem } from '@buzzer/contract'
import { isOutcome, type Job } from '../../../core/job.ts'
import { untilChanged, untilEnd } from '../../../engine/wait.ts'
import { etagOf, retryAfterSeconds } from '../answer/accepted.ts'
import { empty, json, type Answer, type AnswerHeaders } from '../answer/answer.ts'
import { pickFields } from '../answer/fields.ts'
import { jobDocument } from '../../job-document.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import { parseVersions } from '../request/if-none-match.ts'
import { invalidParameter } from '../request/header-problem.ts'
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
    const wrong = wrongFields(request.query().get('fields'))
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

/** A job has the same members always, so that another one is a mistake. */
function wrongFields(fields: string | null): Problem | null {
  if (fields === null) return null
  const names = fields.split(',').map((field) => field.trim().split('.')[0] ?? '')
  const unknown = names.find((name) => name !== '' && !members.includes(name))
  if (unknown === undefined) return null
  const rule = `names '${unknown}', which no job has; there are ${members.join(', ')}`
  return invalidParameter('fields', rule)
}

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
  const fields = request.query().get('fields')
  return json(200, fields === null ? document : pickFields(document, fields), headers)
}
