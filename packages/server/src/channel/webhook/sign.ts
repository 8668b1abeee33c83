import { createHmac } from 'node:crypto'
import { webhookSecretBytes } from '../../core/webhook-secret.ts'
import type { Headers } from '../../core/payload.ts'
import type { Millis } from '../../core/time.ts'
import type { OutgoingDelivery } from '../../ports/channel.ts'
import type { WebhookKeys } from '../../ports/webhook-keys.ts'

export type Signable = Pick<OutgoingDelivery, 'id' | 'tenant' | 'body' | 'secrets'>

/**
 * The headers of Standard Webhooks 1.0.0: one signature for each secret, in their order, and one
 * with the tenant's own key, which whoever knows no secret can check.
 *
 * @param at the moment of the attempt
 * @throws Error where a secret is none
 */
export function signatureHeaders(delivery: Signable, keys: WebhookKeys, at: Millis): Headers {
  const timestamp = String(Math.floor(at / 1_000))
  const content = signedContent(delivery, timestamp)
  const signatures = delivery.secrets.map((secret) => `v1,${hmac(secret, content)}`)
  signatures.push(`v1a,${base64(keys.sign(delivery.tenant, content))}`)
  return [
    ['webhook-id', delivery.id],
    ['webhook-timestamp', timestamp],
    ['webhook-signature', signatures.join(' ')],
  ]
}

/** In one piece, because ed25519 takes no other. */
function signedContent({ id, body }: Signable, timestamp: string): Uint8Array {
  const head = `${id}.${timestamp}.`
  const content = Buffer.allocUnsafe(head.length + body.byteLength)
  content.write(head, 'latin1')
  content.set(body, head.length)
  return content
}

function hmac(secret: string, content: Uint8Array): string {
  const key = webhookSecretBytes(secret)
  if (key === null) throw new Error('A secret of the endpoint cannot be read; rotate it.')
  return createHmac('sha256', key).update(content).digest('base64')
}

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
