import { isOutcome, type Job } from '../../../core/job.ts'
import { empty, type Answer } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import { eventStreamHeaders, isCursorProblem, readStreamCursor } from '../request/event-cursor.ts'
import { findJob } from '../request/find-job.ts'
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
    const since = readStreamCursor(request, 'job')
    if (isCursorProblem(since)) return refuse(ctx, request, since)
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
