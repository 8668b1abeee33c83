import type { Problem } from '@buzzer/contract'
import type { Changed, ChangeTerms } from '../../../ports/registry.ts'
import { empty, json, type Answer } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import type { HttpRequest } from '../request/http-request.ts'
import { plainPlan, type BodyPlan } from '../request/body-plan.ts'
import { plainBody } from '../request/decode-body.ts'
import { parseJson } from '../request/parse-json.ts'
import { readPrecondition, versionTag } from '../request/precondition.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** Documents of real APIs stay below this. */
export const maxDocumentBytes = 33_554_432
/** Documents are nested deeper than what callers send. */
const maxDocumentDepth = 256

/** Makes a service, or replaces it, effective at once. */
export const putService: Route = {
  method: 'PUT',
  path: '/v1/services/:name',
  scope: 'operations:manage',
  maxBodyBytes: maxDocumentBytes,
  handle: (ctx, request) =>
    change(
      ctx,
      request,
      (body, terms) => ctx.registry.putService(nameIn(request), body, terms),
      maxDocumentBytes,
    ),
}

/** Declares a channel, or replaces its declaration. */
export const putChannel: Route = {
  method: 'PUT',
  path: '/v1/channels/:name',
  scope: 'operations:manage',
  handle: (ctx, request) =>
    change(ctx, request, (body, terms) => ctx.registry.putChannel(nameIn(request), body, terms)),
}

/** Changes policies of an operation by a JSON merge patch (RFC 7396). */
export const patchOperation: Route = {
  method: 'PATCH',
  path: '/v1/operations/:name',
  scope: 'operations:manage',
  handle: (ctx, request) =>
    change(ctx, request, (body, terms) =>
      ctx.registry.patchOperation(nameIn(request), body, terms),
    ),
}

export const removeService: Route = {
  method: 'DELETE',
  path: '/v1/services/:name',
  scope: 'operations:manage',
  handle: (ctx, request) => remove(ctx, request, 'service'),
}

export const removeChannel: Route = {
  method: 'DELETE',
  path: '/v1/channels/:name',
  scope: 'operations:manage',
  handle: (ctx, request) => remove(ctx, request, 'channel'),
}

export const nameIn = ({ params }: HttpRequest): string => params['name'] ?? ''

/** @param maxBytes of the body; without it, what the server takes */
export async function change(
  ctx: HttpContext,
  request: HttpRequest,
  make: (body: unknown, terms: ChangeTerms) => Promise<Changed>,
  maxBytes?: number,
): Promise<Answer> {
  const terms = readTerms(request)
  if (isProblem(terms)) return refuse(ctx, request, terms)
  const body = await readBody(request, plainPlan(ctx, maxBytes))
  if (body.kind === 'problem') return refuse(ctx, request, body.problem)
  return changed(ctx, request, await make(body.value, terms))
}

async function remove(
  ctx: HttpContext,
  request: HttpRequest,
  kind: 'service' | 'channel',
): Promise<Answer> {
  const terms = readTerms(request)
  if (isProblem(terms)) return refuse(ctx, request, terms)
  const outcome = await ctx.registry.remove(kind, nameIn(request), terms)
  return outcome.kind === 'refused' ? refuse(ctx, request, outcome.problem) : empty(204)
}

export function readTerms(request: HttpRequest): ChangeTerms | Problem {
  const expects = readPrecondition(request)
  return typeof expects === 'function' ? { expects, by: request.caller.client } : expects
}

async function readBody(request: HttpRequest, plan: BodyPlan) {
  const mediaType = request.headers['content-type'] ?? 'application/json'
  if (!/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(mediaType)) {
    return problem('unsupported-media-type', `Definitions are JSON, not '${mediaType}'.`)
  }
  const plain = await plainBody(request, plan)
  if (plain.kind === 'problem') return plain
  return plain.body === null
    ? problem('malformed-body', 'There is no body. Send the definition as JSON.')
    : parseJson(plain.body, maxDocumentDepth)
}

const problem = (code: string, detail: string) => ({
  kind: 'problem' as const,
  problem: { code, detail },
})

function changed(ctx: HttpContext, request: HttpRequest, outcome: Changed): Answer {
  if (outcome.kind === 'refused') return refuse(ctx, request, outcome.problem)
  const { version, created, changes } = outcome
  const body = { name: nameIn(request), version, ...(changes === null ? {} : { changes }) }
  return json(created ? 201 : 200, body, {
    ...versionTag(version),
    ...(created ? { location: request.target } : {}),
    'cache-control': 'no-store',
  })
}
