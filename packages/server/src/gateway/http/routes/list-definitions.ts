import type { DefinitionEntry } from '../../../ports/registry.ts'
import { channelDocument, operationDocument, serviceDocument } from '../../definition-document.ts'
import { json, type Answer } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import type { HttpRequest } from '../request/http-request.ts'
import { takePage } from '../request/page.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** Everything that can be called, wherever it is defined. */
export const listOperations: Route = {
  method: 'GET',
  path: '/v1/operations',
  scope: 'operations:manage',
  handle(ctx, request) {
    const service = request.query().get('service')
    const entries = ctx.registry
      .operations()
      .filter(({ operation: { call } }) =>
        service === null ? true : call.kind === 'routed' && call.service === service,
      )
    return list(ctx, request, {
      plural: 'operations',
      entries,
      documentOf: operationDocument,
      known: ['service'],
    })
  },
}

export const listServices: Route = {
  method: 'GET',
  path: '/v1/services',
  scope: 'operations:manage',
  handle: (ctx, request) =>
    list(ctx, request, {
      plural: 'services',
      entries: ctx.registry.services(),
      documentOf: serviceDocument,
    }),
}

export const listChannels: Route = {
  method: 'GET',
  path: '/v1/channels',
  scope: 'operations:manage',
  handle: (ctx, request) =>
    list(ctx, request, {
      plural: 'channels',
      entries: ctx.registry.channels(),
      documentOf: channelDocument,
    }),
}

/** A stored definition may have the name of one in the configuration, behind which it stands. */
const keyOf = ({ name, origin }: DefinitionEntry): string => `${name} ${origin}`

interface Listing<Entry> {
  readonly plural: string
  readonly entries: readonly Entry[]
  readonly documentOf: (entry: Entry) => object
  /** Parameters that it is narrowed by. */
  readonly known?: readonly string[]
}

function list<Entry extends DefinitionEntry>(
  ctx: HttpContext,
  request: HttpRequest,
  { plural, entries, documentOf, known = [] }: Listing<Entry>,
): Answer {
  const page = takePage(request, entries, keyOf, known)
  if (isProblem(page)) return refuse(ctx, request, page)
  const headers = { 'cache-control': 'no-store' }
  return json(200, { [plural]: page.items.map(documentOf), next: page.next }, headers)
}
