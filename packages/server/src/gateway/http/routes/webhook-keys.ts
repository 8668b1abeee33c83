import type { WebhookKeysDocument } from '@buzzer/contract'
import { describeWebhookKey } from '../../../core/webhook-key.ts'
import { json } from '../answer/answer.ts'
import type { Route } from '../route.ts'

/** The keys by which receivers verify `v1a` signatures; there is nothing secret about them. */
export const webhookKeys: Route = {
  method: 'GET',
  path: '/v1/webhook-keys',
  scope: 'public',
  handle(ctx, { caller }) {
    const document: WebhookKeysDocument = {
      keys: [describeWebhookKey(ctx.webhookKeys.publicKey(caller.tenant))],
    }
    return json(200, document, { 'cache-control': 'public, max-age=300' })
  },
}
