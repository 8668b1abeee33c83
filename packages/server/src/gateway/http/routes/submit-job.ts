import type { Problem, ValidationError } from '@buzzer/contract'
import type { NamedCall, Operation } from '../../../ports/catalog.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpRequest } from '../request/http-request.ts'
import { parseJson } from '../request/parse-json.ts'
import type { Route } from '../route.ts'
import { refuse, submit, type Call } from '../submit.ts'

/** Calls an operation by its name; the body is the input. */
export const submitJob: Route = {
  method: 'POST',
  path: '/v1/operations/:operation/jobs',
  scope: 'jobs:submit',
  async handle(ctx, request) {
    const name = request.params['operation'] ?? ''
    const operation = ctx.catalog.operation(name)
    if (operation === null) return refuse(ctx, request, operationNotFound(name))
    const call = readCall(operation, request)
    return isProblem(call) ? refuse(ctx, request, call) : submit(ctx, request, call)
  },
}

const operationNotFound = (name: string): Problem => ({
  code: 'operation-not-found',
  detail: `There is no operation '${name}'. /openapi.json lists those that there are.`,
})

function readCall(operation: Operation, request: HttpRequest): Call | Problem {
  if (operation.call.kind === 'routed') return callByRoute(operation, operation.call)
  if (request.body === null) return checked({ operation, input: null }, operation.call, undefined)
  const mediaType = request.headers['content-type'] ?? 'application/json'
  if (!isJson(mediaType)) return unsupported(mediaType)
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding.toLowerCase() !== 'identity') return encoded(encoding)
  const parsed = parseJson(request.body)
  if (parsed.kind === 'problem') return parsed.problem
  const input = { mediaType: 'application/json', body: request.body, request: null }
  return checked({ operation, input, value: parsed.value }, operation.call, parsed.value)
}

const isJson = (mediaType: string): boolean =>
  /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(mediaType)

function checked(call: Call, { check }: NamedCall, value: unknown): Call | Problem {
  const errors = check(value)
  return errors.length === 0 ? call : validationFailed(errors)
}

export const validationFailed = (errors: readonly ValidationError[]): Problem => ({
  code: 'validation-failed',
  detail: 'The input does not match the schema of the operation; `errors` says where.',
  errors,
})

const unsupported = (mediaType: string): Problem => ({
  code: 'unsupported-media-type',
  detail: `Inputs are JSON (Content-Type: application/json), not '${mediaType}'.`,
})

const encoded = (encoding: string): Problem => ({
  code: 'unsupported-media-type',
  detail: `Inputs are sent as they are, not with Content-Encoding '${encoding}'.`,
})

const callByRoute = (
  { name }: Operation,
  { method, mount, path }: { method: string; mount: string; path: string },
): Problem => ({
  code: 'not-supported',
  detail: `${name} is called as the API that it wraps is: ${method} ${mount}${path}.`,
})
