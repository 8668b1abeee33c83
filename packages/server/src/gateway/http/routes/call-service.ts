import type { Problem } from '@buzzer/contract'
import { climbs } from '../../../core/climbs.ts'
import type { UpstreamRequest } from '../../../core/payload.ts'
import type { Operation, RoutedCall } from '../../../ports/catalog.ts'
import type { Answer } from '../answer/answer.ts'
import { problemAnswer } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import { forwardedHeaders } from '../request/forwarded-headers.ts'
import { pathOf, type HttpRequest } from '../request/http-request.ts'
import { refuse, submit } from '../submit.ts'
import { validationFailed } from './submit-job.ts'

/** The scope that calling a wrapped API needs. */
export const callServiceScope = 'jobs:submit'

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
      return call(ctx, request, match.operation, match.target)
  }
}

function call(
  ctx: HttpContext,
  request: HttpRequest,
  operation: Operation,
  target: string,
): Promise<Answer> | Answer {
  if (operation.call.kind !== 'routed') return refuse(ctx, request, noSuchRoute(request))
  const upstream: UpstreamRequest = {
    method: request.method,
    target,
    headers: forwardedHeaders(request.rawHeaders, operation.call.headers),
  }
  const problem = check(operation.call, upstream, request)
  if (problem !== null) return refuse(ctx, request, problem)
  const mediaType = request.headers['content-type'] ?? null
  const input = { mediaType, body: request.body ?? new Uint8Array(), request: upstream }
  return submit(ctx, request, { operation, input })
}

function check(
  routed: RoutedCall,
  upstream: UpstreamRequest,
  { body, headers }: HttpRequest,
): Problem | null {
  if (climbs(upstream.target)) return climbing
  const mediaType = headers['content-type'] ?? null
  const outcome = routed.check(upstream, body ?? new Uint8Array(), mediaType)
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

export const noSuchRoute = ({ method, target }: HttpRequest): Problem => ({
  code: 'route-not-found',
  detail: `There is nothing at ${method} ${pathOf(target)}. /openapi.json lists what there is.`,
})
