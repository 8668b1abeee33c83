import { createPublicKey, verify } from 'node:crypto'
import type { WebhookKeysDocument } from '@buzzer/contract'
import { Webhook } from 'standardwebhooks'
import { call } from '../../http/support/call.ts'
import type { Received } from './receiver.ts'

/** Whether the official verifier takes a request with this secret, its time included. */
export function isSignedWith(secret: string, { text, headers }: Received): boolean {
  try {
    new Webhook(secret).verify(text, { ...headers })
    return true
  } catch {
    return false
  }
}

/** Each version with its signature, in their order. */
export const signaturesOf = ({ headers }: Received): readonly (readonly [string, string])[] =>
  (headers['webhook-signature'] ?? '').split(' ').map((each) => {
    const [version = '', signature = ''] = each.split(/,(.*)/)
    return [version, signature] as const
  })

/** Checks `v1a` by what the server publishes, with nothing of ours. */
export async function isSignedByTenant(url: string, request: Received): Promise<boolean> {
  const { keys } = (await call(url, 'GET /v1/webhook-keys')).json<WebhookKeysDocument>()
  const { headers, text } = request
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${text}`
  const signatures = signaturesOf(request).filter(([version]) => version === 'v1a')
  return keys.some(({ jwk, publicKey }) => {
    const key = createPublicKey({ key: { ...jwk }, format: 'jwk' })
    const bytes = Buffer.from(jwk.x, 'base64url').toString('base64')
    if (publicKey !== `whpk_${bytes}`) return false
    return signatures.some(([, signature]) =>
      verify(null, Buffer.from(content), key, Buffer.from(signature, 'base64')),
    )
  })
}
