import type { Problem } from '@buzzer/contract'
import { climbs } from '../../../core/climbs.ts'
import { isBlob, type Body, type UpstreamRequest } from '../../../core/payload.ts'
import type { Operation, RequestCheck, RoutedCall } from '../../../ports/catalog.ts'
import type { AcceptSpan } from '../../../ports/tracing.ts'
import type { Answer } from '../answer/answer.ts'
import { problemAnswer } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import { forwardedHeaders } from '../request/forwarded-headers.ts'
import { pathOf, type HttpRequest } from '../request/http-request.ts'
import type { Called } from '../route.ts'
import { isEncoded, operationPlan, tooLong } from '../request/body-plan.ts'
import { plainBody } from '../request/decode-body.ts'
import { refuse, submit, type Call as CheckedCall } from '../submit.ts'
import { beginCall, endCall } from '../traced.ts'
import { validationFailed } from './submit-job.ts'

/** The scope that calling a wrapped API needs. */
export const callServiceScope = 'jobs:submit'

export const calledByRoute: Called = ({ catalog }, { method, target }) => {
  const match = catalog.route(method, target)
  return match.kind === 'matched' ? match.operation.name : null
}

/**
 * A call of a wrapped API, by its own method, path, query and body, below its mount.
 *
 * @returns null where no service has such a path
 */
export function callService(
  ctx: HttpContext,
  request: HttpRequest,
): Promise<Answer> | Answer | null {
  const match = ctx.catalog.route(request.method, request.target)
  switch (match.kind) {
    case 'none':
      return null
    case 'wrong-method':
      return wrongMethod(ctx, request, match.allow)
    case 'matched':
      return traced(ctx, request, match.operation, match.target)
  }
}

function traced(
  ctx: HttpContext,
  request: HttpRequest,
  operation: Operation,
  target: string,
): Promise<Answer> | Answer {
  const span = beginCall(ctx, request, operation)
  return endCall(span, call(ctx, request, operation, target, span))
}

function call(
  ctx: HttpContext,
  request: HttpRequest,
  operation: Operation,
  target: string,
  span: AcceptSpan | null,
): Promise<Answer> | Answer {
  const routed = operation.call
  if (routed.kind !== 'routed') return refuse(ctx, request, noSuchRoute(request))
  const upstream: UpstreamRequest = {
    method: request.method,
    target,
    headers: forwardedHeaders(request.rawHeaders, routed.headers),
  }
  const mediaType = request.headers['content-type'] ?? null
  const body = request.blob ?? request.body ?? new Uint8Array()
  const given = { operation, input: { mediaType, body, request: upstream }, span }
  const problem = tooLong(ctx, operation, request)
  if (problem !== null) return refuse(ctx, request, problem)
  if (isEncoded(request.headers) && request.body !== null && routed.readsWhole(mediaType)) {
    return submitDecoded(ctx, request, given, (plain) => check(routed, upstream, plain, mediaType))
  }
  const wrong = check(routed, upstream, isBlob(body) ? 'elsewhere' : body, mediaType)
  if (wrong !== null) return refuse(ctx, request, wrong)
  const parts = routed.checkParts(mediaType)
  if (parts === null) return submit(ctx, request, given)
  return isEncoded(request.headers)
    ? refuse(ctx, request, encodedParts)
    : submitParts(ctx, request, given, parts(bytesOf(ctx, body)))
}

/** What is checked is what the upstream will read; what goes to it are the bytes as they came. */
async function submitDecoded(
  ctx: HttpContext,
  request: HttpRequest,
  given: CheckedCall,
  checkPlain: (body: Uint8Array) => Problem | null,
): Promise<Answer> {
  const plan = operationPlan(ctx, given.operation, request.headers)
  const plain = await plainBody(request, plan)
  if (plain.kind === 'problem') return refuse(ctx, request, plain.problem)
  const problem = checkPlain(plain.body ?? new Uint8Array())
  return problem === null ? submit(ctx, request, given) : refuse(ctx, request, problem)
}

/** The parts of a form are looked at one by one, so that no large one is held. */
async function submitParts(
  ctx: HttpContext,
  request: HttpRequest,
  checked: CheckedCall,
  checking: Promise<RequestCheck>,
): Promise<Answer> {
  const problem = problemOf(await checking, request.headers['content-type'] ?? null)
  return problem === null ? submit(ctx, request, checked) : refuse(ctx, request, problem)
}

async function* bytesOf({ engine }: HttpContext, body: Body): AsyncGenerator<Uint8Array, void> {
  if (isBlob(body)) yield* engine.blobs.read(body)
  else yield body
}

const check = (
  routed: RoutedCall,
  upstream: UpstreamRequest,
  content: Uint8Array | 'elsewhere',
  mediaType: string | null,
): Problem | null =>
  climbs(upstream.target)
    ? climbing
    : problemOf(routed.check(upstream, content, mediaType), mediaType)

function problemOf(outcome: RequestCheck, mediaType: string | null): Problem | null {
  switch (outcome.kind) {
    case 'ok':
      return null
    case 'invalid':
      return validationFailed(outcome.errors)
    case 'malformed':
      return { code: 'malformed-body', detail: outcome.detail }
    case 'unsupported-media-type':
      return {
        code: 'unsupported-media-type',
        detail: `The body is taken as ${outcome.accepted.join(', ')}, not as ${mediaType ?? 'nothing'}.`,
      }
  }
}

const encodedParts: Problem = {
  code: 'unsupported-media-type',
  detail: 'The parts of the body are checked as they come. Send it without Content-Encoding.',
}

const climbing: Problem = {
  code: 'validation-failed',
  detail:
    'The path holds dot segments, which could reach another operation of the API. ' +
    'Send it in its normal form.',
}

export function wrongMethod(
  ctx: HttpContext,
  request: HttpRequest,
  allow: readonly string[],
): Answer {
  const methods = allow.join(', ')
  const problem: Problem = {
    code: 'method-not-allowed',
    detail: `${pathOf(request.target)} takes ${methods}, not ${request.method}.`,
  }
  ctx.telemetry.rejected(problem.code)
  return problemAnswer(ctx.publicUrl(), problem, pathOf(request.target), { allow: methods })
}

/** @param path the same without it, which is one of ours */
export const slashTooMuch = ({ method, target }: HttpRequest, path: string): Problem => ({
  code: 'route-not-found',
  detail: `There is nothing at ${method} ${pathOf(target)}: write ${path}, without the slash at its end.`,
})

/** @param path the same with the name as it has to be written */
export const dividedName = ({ method, target }: HttpRequest, path: string): Problem => ({
  code: 'route-not-found',
  detail:
    `There is nothing at ${method} ${pathOf(target)}: write ${path}, because in a path the ` +
    'segments of a channel are divided by dots, or by slashes as %2F.',
})

export const noSuchRoute = ({ method, target }: HttpRequest): Problem => ({
  code: 'route-not-found',
  detail: `There is nothing at ${method} ${pathOf(target)}. /openapi.json lists what there is.`,
})
