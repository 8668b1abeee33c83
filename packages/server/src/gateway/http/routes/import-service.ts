import { json } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import { maxDocumentBytes } from '../request/body-plan.ts'
import { readDocumentOrder } from '../request/document-order.ts'
import { versionTag } from '../request/precondition.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'
import { definitionPath } from './change-definition.ts'

/** Takes an OpenAPI document as it is, says what becomes of it, and makes a service of it. */
export const importService: Route = {
  method: 'POST',
  path: '/v1/services/import',
  scope: 'operations:manage',
  maxBodyBytes: maxDocumentBytes,
  async handle(ctx, request) {
    const order = await readDocumentOrder(ctx, request, 'OpenAPI', ['name', 'url'])
    if (isProblem(order)) return refuse(ctx, request, order)
    const { terms, ...document } = order
    const query = request.query()
    const wish = { ...document, name: query.get('name'), url: query.get('url') }
    const imported = await ctx.registry.importService(wish, terms)
    if (imported.kind === 'refused') return refuse(ctx, request, imported.problem)
    const { kind: _, report, version, changes, ...about } = imported
    const body = {
      ...about,
      ...(version === null ? {} : { version }),
      ...report,
      ...(changes === null ? {} : { changes }),
    }
    const isNew = version !== null && changes === null
    const headers = isNew ? { location: definitionPath(ctx, 'service', about.name) } : {}
    return json(isNew ? 201 : 200, body, {
      ...versionTag(version),
      ...headers,
      'cache-control': 'no-store',
    })
  },
}
