import type { Problem } from '@buzzer/contract'
import type { ChannelImportOrder } from '../../../ports/registry.ts'
import { json } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import { plainPlan } from '../request/body-plan.ts'
import { plainBody } from '../request/decode-body.ts'
import { readDryRun, readText } from '../request/document-order.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'
import { maxDocumentBytes, readTerms } from './change-definition.ts'

/** Takes an AsyncAPI document as it is, says what becomes of it, and declares its channels. */
export const importChannels: Route = {
  method: 'POST',
  path: '/v1/channels/import',
  scope: 'operations:manage',
  maxBodyBytes: maxDocumentBytes,
  async handle(ctx, request) {
    const terms = readTerms(request)
    if (isProblem(terms)) return refuse(ctx, request, terms)
    const plain = await plainBody(request, plainPlan(ctx, maxDocumentBytes))
    if (plain.kind === 'problem') return refuse(ctx, request, plain.problem)
    const order = readOrder(request.query(), plain.body)
    if (isProblem(order)) return refuse(ctx, request, order)
    const imported = await ctx.registry.importChannels(order, terms)
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

function readOrder(query: URLSearchParams, body: Uint8Array | null): ChannelImportOrder | Problem {
  const dryRun = readDryRun(query, ['dryRun'])
  if (typeof dryRun !== 'boolean') return dryRun
  const text = readText(body, 'AsyncAPI')
  return typeof text === 'string' ? { text, dryRun } : text
}
