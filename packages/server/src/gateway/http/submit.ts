import { publicPath, type Problem } from '@buzzer/contract'
import { isOutcome, type Job } from '../../core/job.ts'
import type { Policies } from '../../core/operation.ts'
import type { Input } from '../../core/payload.ts'
import { untilEnd } from '../../engine/wait.ts'
import type { Operation } from '../../ports/catalog.ts'
import type { AcceptSpan } from '../../ports/tracing.ts'
import { acceptedAnswer } from './answer/accepted.ts'
import type { Answer, AnswerHeaders } from './answer/answer.ts'
import { jobPath } from '../job-document.ts'
import { isProblem, problemAnswer } from './answer/problem.ts'
import { resultAnswer } from './answer/result.ts'
import type { HttpContext } from './context.ts'
import { bringsCallback, readCheckedCallback } from './request/callback-headers.ts'
import { fieldsOf } from './request/fields.ts'
import { hashRequest, parseIdempotencyKey } from './request/idempotency-key.ts'
import { pathOf, type HttpRequest } from './request/http-request.ts'
import { appliedPreferences, parsePrefer } from './request/prefer.ts'
import { readSubmissionHeaders, readTrace } from './request/submission-headers.ts'

/** What is called and with what, as a route has read and checked it. */
export interface Call {
  readonly operation: Operation
  readonly input: Input | null
  readonly value?: unknown
  /** The span that this call is part of; null where nothing is traced. */
  readonly span: AcceptSpan | null
  /** What it is tagged with, whatever its headers say. */
  readonly tags?: readonly string[]
}

/** What both ways in have in common: from a checked call to its answer. */
export async function submit(ctx: HttpContext, request: HttpRequest, call: Call): Promise<Answer> {
  const order = readOrder(ctx, request, call.operation)
  if (isProblem(order)) return refuse(ctx, request, order)
  const { headers, idempotency } = order
  const callback = bringsCallback(request.headers)
    ? await readCheckedCallback(ctx, request.headers)
    : null
  if (isProblem(callback)) return refuse(ctx, request, callback)
  const accepted = await ctx.engine.accept({
    tenant: request.caller.tenant,
    client: request.caller.client,
    operation: call.operation,
    input: call.input,
    value: call.value,
    priority: headers.priority,
    key: headers.key,
    tags: call.tags === undefined ? headers.tags : [...headers.tags, ...call.tags],
    trace: call.span === null ? readTrace(request.headers) : call.span.trace,
    notBefore: headers.notBefore,
    deadlineAt: headers.deadlineAt,
    idempotency,
    callback,
  })
  if (accepted.kind === 'refused') return refuse(ctx, request, accepted.problem)
  const replayed = accepted.kind === 'replayed'
  call.span?.accepted(accepted.job.id, replayed)
  return answerWhenDue(ctx, request, call.operation, accepted.job, replayed)
}

export function refuse(
  ctx: HttpContext,
  request: Pick<HttpRequest, 'target' | 'blob'>,
  problem: Problem,
): Answer {
  ctx.telemetry.rejected(problem.code)
  dropBody(ctx, request)
  return problemAnswer(ctx.publicUrl(), problem, pathOf(request.target))
}

/** No job will name it; what cannot be removed now is swept later. */
function dropBody({ engine }: HttpContext, { blob }: Pick<HttpRequest, 'blob'>): void {
  if (blob !== null) engine.blobs.remove(blob.id).catch(() => undefined)
}

function readOrder(ctx: HttpContext, request: HttpRequest, operation: Operation) {
  const headers = readSubmissionHeaders(request.headers, ctx.clock.now())
  if (isProblem(headers)) return headers
  const key = parseIdempotencyKey(request)
  if (typeof key === 'object' && key !== null) return key
  if (key === null && operation.policies.idempotency.required) return keyMissing(operation)
  return { headers, idempotency: key === null ? null : { key, requestHash: hashRequest(request) } }
}

export const keyMissing = ({ name }: Operation): Problem => ({
  code: 'idempotency-key-missing',
  detail:
    `Calls of ${name} need an Idempotency-Key header, so that a repeated one does no harm. ` +
    'Send a value of your own that stands for this one call, such as an order number.',
})

/** How long this caller waits for the result, and what it is told beside its job. */
interface Terms {
  readonly waitMs: number
  /** What it gets when the wait was not long enough. */
  readonly late: 'accepted' | 'timeout'
  readonly replayed: boolean
  readonly headers: AnswerHeaders
}

function termsOf(request: HttpRequest, policies: Policies, replayed: boolean): Terms {
  if (policies.mode === 'sync') {
    const headers = headersOf(null, replayed)
    return { waitMs: policies.timeoutMs, late: 'timeout', replayed, headers }
  }
  const preference = parsePrefer(request.headers['prefer'])
  const silent = policies.mode === 'adaptive' && !preference.respondAsync ? policies.waitMs : 0
  const waitMs = preference.waitSeconds === null ? silent : preference.waitSeconds * 1_000
  const headers = headersOf(appliedPreferences(preference), replayed)
  return { waitMs, late: 'accepted', replayed, headers }
}

function headersOf(applied: string | null, replayed: boolean): AnswerHeaders {
  const headers: Record<string, string> = { vary: 'Prefer' }
  if (applied !== null) headers['preference-applied'] = applied
  if (replayed) headers['idempotency-replayed'] = 'true'
  return headers
}

/** A promise only where there is something to wait for: most calls have their answer at once. */
function answerWhenDue(
  ctx: HttpContext,
  request: HttpRequest,
  operation: Operation,
  job: Job,
  replayed: boolean,
): Answer | Promise<Answer> {
  const terms = termsOf(request, operation.policies, replayed)
  return terms.waitMs > 0
    ? answerAfterWait(ctx, request, operation, job, terms)
    : answerLate(ctx, request, job, terms)
}

async function answerAfterWait(
  ctx: HttpContext,
  request: HttpRequest,
  { call }: Operation,
  accepted: Job,
  terms: Terms,
): Promise<Answer> {
  const job = await wait(ctx, request, accepted, terms.waitMs)
  if (!isOutcome(job)) return answerLate(ctx, request, job, terms)
  // The query of a wrapped API's call is the upstream's.
  const fields = call.kind === 'named' ? fieldsOf(request) : null
  return resultAnswer(ctx, job, { fields, headers: terms.headers, reader: null })
}

/** What a caller gets whose job has not ended in the time that it waits. */
function answerLate(
  ctx: HttpContext,
  request: HttpRequest,
  job: Job,
  { late, replayed, headers }: Terms,
): Answer | Promise<Answer> {
  if (late === 'timeout') return tooLate(ctx, request, job, headers)
  const view = replayed ? ctx.engine.view(job) : ctx.engine.viewNew(job)
  return view instanceof Promise
    ? view.then((looked) => acceptedAnswer(ctx, looked, headers))
    : acceptedAnswer(ctx, view, headers)
}

async function wait(
  ctx: HttpContext,
  request: HttpRequest,
  job: Job,
  timeoutMs: number,
): Promise<Job> {
  const signal = AbortSignal.any([request.closed(), ctx.stopping])
  const patience = { until: untilEnd, timeoutMs, signal }
  const found = await ctx.engine.wait(request.caller, job.id, patience)
  return found.kind === 'found' ? found.job : job
}

function tooLate(ctx: HttpContext, request: HttpRequest, job: Job, headers: AnswerHeaders): Answer {
  const problem: Problem = {
    code: 'upstream-timeout',
    detail: `The result did not come in time. The job goes on: see ${publicPath(ctx.publicUrl(), jobPath(job))}.`,
    extensions: { job: job.id },
  }
  ctx.telemetry.rejected(problem.code)
  return problemAnswer(ctx.publicUrl(), problem, pathOf(request.target), {
    ...headers,
    location: publicPath(ctx.publicUrl(), jobPath(job)),
  })
}
