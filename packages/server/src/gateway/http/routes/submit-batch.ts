import type { Problem } from '@buzzer/contract'
import { isJsonType } from '../../../core/media-type.ts'
import type { AcceptSpan } from '../../../ports/tracing.ts'
import { acceptedBatchAnswer } from '../answer/batch.ts'
import { problemAnswer } from '../answer/problem.ts'
import type { BatchSubmission } from '../../../engine/accept-batch.ts'
import type { Refused } from '../../../engine/admission.ts'
import type { Answer } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import { readBatchBody } from '../request/batch-body.ts'
import { readCheckedCallback } from '../request/callback-headers.ts'
import { plainPlan } from '../request/body-plan.ts'
import { plainBody } from '../request/decode-body.ts'
import { invalidHeader } from '../request/header-problem.ts'
import { pathOf, type HttpRequest } from '../request/http-request.ts'
import { hashRequest, parseIdempotencyKey } from '../request/idempotency-key.ts'
import { callbackHeaders, isOwnHeader } from '../request/own-headers.ts'
import { appliedPreferences, parsePrefer } from '../request/prefer.ts'
import { readTrace } from '../request/submission-headers.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'
import { beginBatch, endCall } from '../traced.ts'
import { unsupported } from './submit-job.ts'

/** Accepts many jobs at once, all of them or none. */
export const submitBatch: Route = {
  method: 'POST',
  path: '/v1/batches',
  scope: 'jobs:submit',
  handle(ctx, request) {
    const span = beginBatch(ctx, request, submitBatch.path)
    return endCall(span, submit(ctx, request, span))
  },
}

async function submit(
  ctx: HttpContext,
  request: HttpRequest,
  span: AcceptSpan | null,
): Promise<Answer> {
  const problem = wrongHeader(request)
  if (problem !== null) return refuse(ctx, request, problem)
  const key = parseIdempotencyKey(request)
  if (typeof key === 'object' && key !== null) return refuse(ctx, request, key)
  const trace = span === null ? readTrace(request.headers) : span.trace
  const decoded = await plainBody(request, plainPlan(ctx))
  if (decoded.kind === 'problem') return refuse(ctx, request, decoded.problem)
  const batch = readBatchBody(ctx, request.caller, decoded.body, { hasKey: key !== null, trace })
  if (batch.kind === 'problem') return refuse(ctx, request, batch.problem)
  const { entries } = batch
  const callback = await readCheckedCallback(ctx, request.headers)
  if (isProblem(callback)) return refuse(ctx, request, callback)
  return overloaded(ctx, request, entries) ?? accept(ctx, request, { key, span, entries, callback })
}

interface ReadBatch {
  readonly key: string | null
  readonly span: AcceptSpan | null
  readonly entries: BatchSubmission['entries']
  readonly callback: BatchSubmission['callback']
}

async function accept(
  ctx: HttpContext,
  request: HttpRequest,
  { key, span, entries, callback }: ReadBatch,
): Promise<Answer> {
  const { tenant, client } = request.caller
  const idempotency = key === null ? null : { key, requestHash: hashRequest(request) }
  const accepted = await ctx.engine.batches.accept({
    tenant,
    client,
    entries,
    idempotency,
    callback,
  })
  if (accepted.kind === 'refused') return refuse(ctx, request, accepted.problem)
  span?.accepted(accepted.batch.id, accepted.kind === 'replayed')
  // A batch is never waited for here, so that no intermediary gives up on a long list.
  const preference = { ...parsePrefer(request.headers['prefer']), waitSeconds: null }
  const applied = appliedPreferences(preference)
  return acceptedBatchAnswer(ctx, accepted.batch, {
    ...(applied === null ? {} : { 'preference-applied': applied }),
    ...(accepted.kind === 'replayed' ? { 'idempotency-replayed': 'true' } : {}),
  })
}

function wrongHeader({ headers }: HttpRequest): Problem | null {
  const own = Object.keys(headers).find((name) => isOwnHeader(name) && !isCallbackHeader(name))
  if (own !== undefined) return ofSingleCall(own)
  const mediaType = headers['content-type'] ?? 'application/json'
  return isJsonType(mediaType) ? null : unsupported(mediaType)
}

/** Which operations are meant is known only now, so this comes after the body and not before. */
function overloaded(
  ctx: HttpContext,
  request: HttpRequest,
  entries: BatchSubmission['entries'],
): Answer | null {
  if (ctx.engine.admission.isOpen) return null
  for (const name of new Set(entries.map(({ operation }) => operation.name))) {
    const refused = ctx.engine.admission.refusal(name)
    if (refused !== null) return shed(ctx, request, refused)
  }
  return null
}

function shed(ctx: HttpContext, request: HttpRequest, refused: Refused): Answer {
  const { problem, retryAfter } = refused
  ctx.telemetry.rejected(problem.code)
  return problemAnswer(ctx.publicUrl(), problem, pathOf(request.target), {
    'retry-after': String(retryAfter),
  })
}

/** What is asked for and would be passed over is refused. */
const ofSingleCall = (name: string): Problem =>
  invalidHeader(name, 'belongs to a single call; in a batch each entry says it for itself')

const isCallbackHeader = (name: string): boolean =>
  (callbackHeaders as readonly string[]).includes(name)
