import { publicPath } from '@buzzer/contract'
import { channelName } from '../../../core/channel-name.ts'
import { isJsonType } from '../../../core/media-type.ts'
import type { DefinitionKind } from '../../../ports/definitions.ts'
import type { Changed, ChangeTerms } from '../../../ports/registry.ts'
import { empty, json, type Answer } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import type { HttpRequest } from '../request/http-request.ts'
import { maxDocumentBytes, plainPlan, type BodyPlan } from '../request/body-plan.ts'
import { plainBody } from '../request/decode-body.ts'
import { parseJson } from '../request/parse-json.ts'
import { readTerms, versionTag } from '../request/precondition.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** Documents are nested deeper than what callers send. */
const maxDocumentDepth = 256

/** Makes a service, or replaces it, effective at once. */
export const putService: Route = {
  method: 'PUT',
  path: '/v1/services/:name',
  scope: 'operations:manage',
  maxBodyBytes: maxDocumentBytes,
  handle: (ctx, request) =>
    change(ctx, request, {
      kind: 'service',
      make: (name, body, terms) => ctx.registry.putService(name, body, terms),
      maxBytes: maxDocumentBytes,
    }),
}

/** Declares a channel, or replaces its declaration. */
export const putChannel: Route = {
  method: 'PUT',
  path: '/v1/channels/:name',
  scope: 'operations:manage',
  handle: (ctx, request) =>
    change(ctx, request, {
      kind: 'channel',
      make: (name, body, terms) => ctx.registry.putChannel(name, body, terms),
    }),
}

/** Changes policies of an operation by a JSON merge patch (RFC 7396). */
export const patchOperation: Route = {
  method: 'PATCH',
  path: '/v1/operations/:name',
  scope: 'operations:manage',
  handle: (ctx, request) =>
    change(ctx, request, {
      kind: 'operation',
      make: (name, body, terms) => ctx.registry.patchOperation(name, body, terms),
      isPatch: true,
    }),
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

/** The name in the path, as it is kept. */
export function nameIn({ params }: HttpRequest, kind: DefinitionKind): string {
  const name = params['name'] ?? ''
  return kind === 'channel' ? channelName(name) : name
}

/** Where a definition is read. */
export const definitionPath = (ctx: HttpContext, kind: DefinitionKind, name: string): string =>
  publicPath(ctx.publicUrl(), `/v1/${kind}s/${encodeURIComponent(name)}`)

interface Change {
  readonly kind: DefinitionKind
  readonly make: (name: string, body: unknown, terms: ChangeTerms) => Promise<Changed>
  /** Of the body; without it, what the server takes. */
  readonly maxBytes?: number
  /** Whether the body says what is to be another, not all that there is. */
  readonly isPatch?: boolean
}

export async function change(
  ctx: HttpContext,
  request: HttpRequest,
  { kind, make, maxBytes, isPatch = false }: Change,
): Promise<Answer> {
  const terms = readTerms(request)
  if (isProblem(terms)) return refuse(ctx, request, terms)
  const body = await readBody(request, plainPlan(ctx, maxBytes), isPatch)
  if (body.kind === 'problem') return refuse(ctx, request, body.problem)
  const name = nameIn(request, kind)
  const outcome = await make(name, body.value, terms)
  if (outcome.kind === 'refused') return refuse(ctx, request, outcome.problem)
  const { version, created, changes } = outcome
  const document = { name, version, ...(changes === null ? {} : { changes }) }
  return json(created ? 201 : 200, document, {
    ...versionTag(version),
    ...(created ? { location: definitionPath(ctx, kind, name) } : {}),
    'cache-control': 'no-store',
  })
}

async function remove(
  ctx: HttpContext,
  request: HttpRequest,
  kind: 'service' | 'channel',
): Promise<Answer> {
  const terms = readTerms(request)
  if (isProblem(terms)) return refuse(ctx, request, terms)
  const outcome = await ctx.registry.remove(kind, nameIn(request, kind), terms)
  return outcome.kind === 'refused' ? refuse(ctx, request, outcome.problem) : empty(204)
}

async function readBody(request: HttpRequest, plan: BodyPlan, isPatch: boolean) {
  const mediaType = request.headers['content-type'] ?? 'application/json'
  if (!(isPatch ? mergePatch.test(mediaType) : isJsonType(mediaType))) {
    const wanted = isPatch ? 'A change is a JSON merge patch' : 'Definitions are JSON'
    return problem('unsupported-media-type', `${wanted}, not '${mediaType}'.`)
  }
  const plain = await plainBody(request, plan)
  if (plain.kind === 'problem') return plain
  return plain.body === null
    ? problem('malformed-body', 'There is no body. Send the definition as JSON.')
    : parseJson(plain.body, maxDocumentDepth)
}

/** RFC 7396; there are other kinds of patch that are JSON too. */
const mergePatch = /^application\/(?:merge-patch\+)?json\s*(?:;|$)/i

const problem = (code: string, detail: string) => ({
  kind: 'problem' as const,
  problem: { code, detail },
})
