import type { Problem } from '@buzzer/contract'
import type { DefinitionEntry } from '../../../ports/registry.ts'
import { channelDocument, serviceDocument, wholeOperation } from '../../definition-document.ts'
import { empty, json, type Answer } from '../answer/answer.ts'
import type { HttpContext } from '../context.ts'
import type { HttpRequest } from '../request/http-request.ts'
import { parseVersions } from '../request/if-none-match.ts'
import { versionTag } from '../request/precondition.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

export const getOperation: Route = {
  method: 'GET',
  path: '/v1/operations/:name',
  scope: 'operations:manage',
  handle: (ctx, request) =>
    answer(ctx, request, 'operation', ctx.registry.operations(), (entry) =>
      Promise.resolve(wholeOperation(entry)),
    ),
}

export const getService: Route = {
  method: 'GET',
  path: '/v1/services/:name',
  scope: 'operations:manage',
  handle: (ctx, request) =>
    answer(ctx, request, 'service', ctx.registry.services(), async (entry) => ({
      ...serviceDocument(entry),
      definition: await ctx.registry.definition('service', entry.name),
    })),
}

export const getChannel: Route = {
  method: 'GET',
  path: '/v1/channels/:name',
  scope: 'operations:manage',
  handle: (ctx, request) =>
    answer(ctx, request, 'channel', ctx.registry.channels(), async (entry) => ({
      ...channelDocument(entry),
      definition: await ctx.registry.definition('channel', entry.name),
    })),
}

/** What stands in the configuration has none, and is known to `*` alone: no tag has a sign. */
const noVersion = -1

/** Of two with one name the configuration's comes first, as it is the one that counts. */
async function answer<Entry extends DefinitionEntry>(
  ctx: HttpContext,
  request: HttpRequest,
  kind: 'operation' | 'service' | 'channel',
  entries: readonly Entry[],
  documentOf: (entry: Entry) => Promise<object>,
): Promise<Answer> {
  const given = request.params['name'] ?? ''
  const name = kind === 'channel' ? given.replaceAll('/', '.') : given
  const entry = entries.find((each) => each.name === name)
  if (entry === undefined) return refuse(ctx, request, notFound(kind, given))
  const headers = { ...versionTag(entry.version), 'cache-control': 'private, no-cache' }
  const known = parseVersions(request.headers['if-none-match'])
  if (known?.has(entry.version ?? noVersion) === true) return empty(304, headers)
  return json(200, await documentOf(entry), headers)
}

export const notFound = (kind: 'operation' | 'service' | 'channel', name: string): Problem => ({
  code: `${kind}-not-found`,
  detail: `There is no ${kind} '${name}'. GET /v1/${kind}s lists those that there are.`,
})
