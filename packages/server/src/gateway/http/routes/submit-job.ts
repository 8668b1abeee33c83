import type { Problem, ValidationError } from '@buzzer/contract'
import { isJsonType } from '../../../core/media-type.ts'
import type { NamedCall, Operation } from '../../../ports/catalog.ts'
import type { AcceptSpan } from '../../../ports/tracing.ts'
import type { Answer } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import type { HttpRequest } from '../request/http-request.ts'
import { isEncoded, operationPlan, tooLong } from '../request/body-plan.ts'
import { decodeBody } from '../request/decode-body.ts'
import { parseJson } from '../request/parse-json.ts'
import type { Route } from '../route.ts'
import { refuse, submit, type Call } from '../submit.ts'
import { beginCall, endCall } from '../traced.ts'

/** Calls an operation by its name; the body is the input. */
export const submitJob: Route = {
  method: 'POST',
  path: '/v1/operations/:operation/jobs',
  scope: 'jobs:submit',
  called: ({ catalog }, { params }) => catalog.operation(params['operation'] ?? '')?.name ?? null,
  async handle(ctx, request) {
    const name = request.params['operation'] ?? ''
    const operation = ctx.catalog.operation(name)
    if (operation === null) return refuse(ctx, request, operationNotFound(name))
    const span = beginCall(ctx, request, operation)
    return endCall(span, submitTo(ctx, request, operation, span))
  },
}

function submitTo(
  ctx: HttpContext,
  request: HttpRequest,
  operation: Operation,
  span: AcceptSpan | null,
): Answer | Promise<Answer> {
  if (request.body !== null && isEncoded(request.headers)) {
    return submitDecoded(ctx, request, request.body, operation, span)
  }
  const call = tooLong(ctx, operation, request) ?? readCall(operation, request, request.body, span)
  return isProblem(call) ? refuse(ctx, request, call) : submit(ctx, request, call)
}

/** What is stored is the input itself; the request stays what was sent, for its idempotency key. */
async function submitDecoded(
  ctx: HttpContext,
  request: HttpRequest,
  body: Uint8Array,
  operation: Operation,
  span: AcceptSpan | null,
): Promise<Answer> {
  const { maxBytes, tooLarge } = operationPlan(ctx, operation, request.headers)
  const encoding = request.headers['content-encoding'] ?? ''
  const decoded = await decodeBody(body, encoding, maxBytes, tooLarge)
  if (decoded.kind === 'problem') return refuse(ctx, request, decoded.problem)
  const call = readCall(operation, request, decoded.body, span)
  return isProblem(call) ? refuse(ctx, request, call) : submit(ctx, request, call)
}

export const operationNotFound = (name: string): Problem => ({
  code: 'operation-not-found',
  detail: `There is no operation '${name}'. /openapi.json lists those that there are.`,
})

function readCall(
  operation: Operation,
  request: HttpRequest,
  body: Uint8Array | null,
  span: AcceptSpan | null,
): Call | Problem {
  if (operation.call.kind === 'routed') return callByRoute(operation, operation.call)
  if (body === null) return checked({ operation, input: null, span }, operation.call, undefined)
  const mediaType = request.headers['content-type'] ?? 'application/json'
  if (!isJsonType(mediaType)) return unsupported(mediaType)
  const parsed = parseJson(body)
  if (parsed.kind === 'problem') return parsed.problem
  const input = { mediaType: 'application/json', body, request: null }
  return checked({ operation, input, value: parsed.value, span }, operation.call, parsed.value)
}

function checked(call: Call, { check }: NamedCall, value: unknown): Call | Problem {
  const errors = check(value)
  return errors.length === 0 ? call : validationFailed(errors)
}

export const validationFailed = (errors: readonly ValidationError[]): Problem => ({
  code: 'validation-failed',
  detail: 'The input does not match the schema of the operation; `errors` says where.',
  errors,
})

export const unsupported = (mediaType: string): Problem => ({
  code: 'unsupported-media-type',
  detail: `Inputs are JSON (Content-Type: application/json), not '${mediaType}'.`,
})

export const callByRoute = (
  { name }: Operation,
  { method, mount, path }: { method: string; mount: string; path: string },
): Problem => ({
  code: 'not-supported',
  detail: `${name} is called as the API that it wraps is: ${method} ${mount}${path}.`,
})
