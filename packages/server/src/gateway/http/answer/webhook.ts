import { publicPath } from '@buzzer/contract'
import type { Endpoint } from '../../../core/endpoint.ts'
import { webhookDocument, webhookPath } from '../../webhook-document.ts'
import type { HttpContext } from '../context.ts'
import { versionTag } from '../request/precondition.ts'
import { json, type Answer } from './answer.ts'

/** @param secret shown in this one answer; null for none */
export function webhookAnswer(
  ctx: HttpContext,
  status: 200 | 201,
  endpoint: Endpoint,
  secret: string | null = null,
): Answer {
  const wish = ctx.engine.webhooks.wishOf(endpoint)
  return json(status, webhookDocument(endpoint, wish, ctx.publicUrl(), secret), {
    ...versionTag(endpoint.version),
    ...(status === 201 ? { location: publicPath(ctx.publicUrl(), webhookPath(endpoint)) } : {}),
    'cache-control': 'no-store',
  })
}
