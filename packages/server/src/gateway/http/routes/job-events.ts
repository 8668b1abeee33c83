import { parseSequence, type Problem } from '@buzzer/contract'
import { isOutcome, type Job } from '../../../core/job.ts'
import { empty, type Answer } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import { findJob } from '../request/find-job.ts'
import { invalidHeader, invalidParameter } from '../request/header-problem.ts'
import type { HttpRequest } from '../request/http-request.ts'
import type { Route } from '../route.ts'
import { jobEventFrames } from '../../sse/job-events.ts'
import { refuse } from '../submit.ts'

/** A job's own channel as Server-Sent Events: a snapshot, missed output, then what happens. */
export const jobEvents: Route = {
  method: 'GET',
  path: '/v1/jobs/:id/events',
  scope: 'jobs:read',
  async handle(ctx, request) {
    if (!acceptsEvents(request)) return refuse(ctx, request, notAcceptable)
    const since = readCursor(request)
    if (typeof since === 'object' && since !== null) return refuse(ctx, request, since)
    const job = await findJob(ctx, request)
    if (isProblem(job)) return refuse(ctx, request, job)
    return sawTheEnd(job, since) ? empty(204) : stream(ctx, job, since ?? 0)
  },
}

const acceptsEvents = ({ headers }: HttpRequest): boolean =>
  headers.accept === undefined || /text\/event-stream|text\/\*|\*\/\*/i.test(headers.accept)

/** `Last-Event-ID` of a reconnect goes before the `since` that stands in the URL for ever. */
function readCursor({ headers, query }: HttpRequest): number | null | Problem {
  const last = headers['last-event-id']?.toString()
  if (last !== undefined && last !== '') {
    return parseSequence(last) ?? invalidHeader('Last-Event-ID', 'takes the id of an event of ours')
  }
  const since = query().get('since')
  if (since === null) return null
  return parseSequence(since) ?? invalidParameter('since', 'takes the sequence of an event of ours')
}

/** Only 204 keeps a browser's EventSource from coming back. */
const sawTheEnd = (job: Job, since: number | null): boolean =>
  since !== null && isOutcome(job) && since >= job.version

const stream = (ctx: HttpContext, job: Job, since: number): Answer => ({
  kind: 'stream',
  headers: {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  },
  chunks: (signal) => jobEventFrames(ctx.engine.watch(job, since, signal), ctx.publicUrl()),
})

const notAcceptable: Problem = {
  code: 'not-acceptable',
  detail:
    'Events are served as text/event-stream. Send `Accept: text/event-stream`, or poll the job ' +
    'with `Prefer: wait=30` and `If-None-Match`.',
}
