import { json } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import { maxDocumentBytes } from '../request/body-plan.ts'
import { readDocumentOrder } from '../request/document-order.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** Takes an AsyncAPI document as it is, says what becomes of it, and declares its channels. */
export const importChannels: Route = {
  method: 'POST',
  path: '/v1/channels/import',
  scope: 'operations:manage',
  maxBodyBytes: maxDocumentBytes,
  async handle(ctx, request) {
    const order = await readDocumentOrder(ctx, request, 'AsyncAPI')
    if (isProblem(order)) return refuse(ctx, request, order)
    const { terms, ...document } = order
    const imported = await ctx.registry.importChannels(document, terms)
    if (imported.kind === 'refused') return refuse(ctx, request, imported.problem)
    const { title, report, versions, changes } = imported
    const channels = report.channels.map((channel) =>
      versions === null ? channel : { ...channel, version: versions.get(channel.name) ?? null },
    )
    const isNew = versions !== null && changes.added.length > 0
    const body = { title, channels, notes: report.notes, changes }
    return json(isNew ? 201 : 200, body, { 'cache-control': 'no-store' })
  },
}
