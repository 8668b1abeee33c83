import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import type { Headers } from '../../core/payload.ts'
import type { Millis } from '../../core/time.ts'
import { webhookSecretBytes } from '../../core/webhook-secret.ts'
import type { OutgoingDelivery } from '../../ports/channel.ts'
import type { WebhookKeys } from '../../ports/webhook-keys.ts'

export type Signable = Pick<OutgoingDelivery, 'id' | 'tenant' | 'body' | 'secrets'>

/** @param at the moment of the attempt @throws Error where a secret is none */
export type Sign = (delivery: Signable, at: Millis) => Promise<Headers>

const mostRemembered = 1_000

/**
 * Makes the headers of Standard Webhooks 1.0.0: one signature for each secret, in their order, and
 * one with the tenant's own key, which whoever knows no secret can check.
 */
export function createSigner(keys: WebhookKeys): Sign {
  const keyOf = rememberKeys()
  return async (delivery, at) => {
    const timestamp = String(Math.floor(at / 1_000))
    const content = signedContent(delivery, timestamp)
    const signatures = delivery.secrets.map((secret) => `v1,${hmac(keyOf(secret), content)}`)
    signatures.push(`v1a,${base64(await keys.sign(delivery.tenant, content))}`)
    return [
      ['webhook-id', delivery.id],
      ['webhook-timestamp', timestamp],
      ['webhook-signature', signatures.join(' ')],
    ]
  }
}

/** To take a key in costs more than to sign with it. */
function rememberKeys(): (secret: string) => KeyObject {
  const remembered = new Map<string, KeyObject>()
  return (secret) => {
    const before = remembered.get(secret)
    if (before !== undefined) return before
    if (remembered.size === mostRemembered) remembered.clear()
    const bytes = webhookSecretBytes(secret)
    if (bytes === null) throw new Error('A secret of the endpoint cannot be read; rotate it.')
    const key = createSecretKey(bytes)
    remembered.set(secret, key)
    return key
  }
}

/** In one piece, because ed25519 takes no other. */
function signedContent({ id, body }: Signable, timestamp: string): Uint8Array {
  const head = `${id}.${timestamp}.`
  const content = Buffer.allocUnsafe(head.length + body.byteLength)
  content.write(head, 'latin1')
  content.set(body, head.length)
  return content
}

const hmac = (key: KeyObject, content: Uint8Array): string =>
  createHmac('sha256', key).update(content).digest('base64')

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
