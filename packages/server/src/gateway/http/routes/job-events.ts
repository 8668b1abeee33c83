import type { Problem } from '@buzzer/contract'
import { isOutcome, type Job } from '../../../core/job.ts'
import { empty, type Answer } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import {
  acceptsEvents,
  cursorParameters,
  eventStreamHeaders,
  readCursor,
} from '../request/event-cursor.ts'
import { findJob } from '../request/find-job.ts'
import { refuseParameters } from '../request/known-parameters.ts'
import type { Route } from '../route.ts'
import { jobEventFrames } from '../../sse/job-events.ts'
import { refuse } from '../submit.ts'

/** A job's own channel as Server-Sent Events: a snapshot, missed output, then what happens. */
export const jobEvents: Route = {
  method: 'GET',
  path: '/v1/jobs/:id/events',
  scope: 'jobs:read',
  ticket: 'opens',
  async handle(ctx, request) {
    if (!acceptsEvents(request)) return refuse(ctx, request, notAcceptable)
    const wrong = refuseParameters(request.query(), cursorParameters)
    if (wrong !== null) return refuse(ctx, request, wrong)
    const since = readCursor(request)
    if (typeof since === 'object' && since !== null) return refuse(ctx, request, since)
    const job = await findJob(ctx, request)
    if (isProblem(job)) return refuse(ctx, request, job)
    return sawTheEnd(job, since) ? empty(204) : stream(ctx, job, since ?? 0)
  },
}

/** Only 204 keeps a browser's EventSource from coming back. */
const sawTheEnd = (job: Job, since: number | null): boolean =>
  since !== null && isOutcome(job) && since >= job.version

const stream = (ctx: HttpContext, job: Job, since: number): Answer => ({
  kind: 'stream',
  headers: eventStreamHeaders,
  chunks: (signal) => jobEventFrames(ctx.engine.watch(job, since, signal), since, ctx.publicUrl()),
})

const notAcceptable: Problem = {
  code: 'not-acceptable',
  detail:
    'Events are served as text/event-stream. Send `Accept: text/event-stream`, or poll the job ' +
    'with `Prefer: wait=30` and `If-None-Match`.',
}
