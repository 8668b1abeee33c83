import type { Problem } from '@buzzer/contract'
import type { ImportOrder } from '../../../ports/registry.ts'
import { json } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import { plainPlan } from '../request/body-plan.ts'
import { plainBody } from '../request/decode-body.ts'
import { readDryRun, readText } from '../request/document-order.ts'
import { versionTag } from '../request/precondition.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'
import { definitionPath, maxDocumentBytes, readTerms } from './change-definition.ts'

/** Takes an OpenAPI document as it is, says what becomes of it, and makes a service of it. */
export const importService: Route = {
  method: 'POST',
  path: '/v1/services/import',
  scope: 'operations:manage',
  maxBodyBytes: maxDocumentBytes,
  async handle(ctx, request) {
    const terms = readTerms(request)
    if (isProblem(terms)) return refuse(ctx, request, terms)
    const plain = await plainBody(request, plainPlan(ctx, maxDocumentBytes))
    if (plain.kind === 'problem') return refuse(ctx, request, plain.problem)
    const order = readOrder(request.query(), plain.body)
    if (isProblem(order)) return refuse(ctx, request, order)
    const imported = await ctx.registry.importService(order, terms)
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

function readOrder(query: URLSearchParams, body: Uint8Array | null): ImportOrder | Problem {
  const dryRun = readDryRun(query, ['name', 'url', 'dryRun'])
  if (typeof dryRun !== 'boolean') return dryRun
  const text = readText(body, 'OpenAPI')
  if (typeof text !== 'string') return text
  return { text, name: query.get('name'), url: query.get('url'), dryRun }
}
