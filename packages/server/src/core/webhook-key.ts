import type { WebhookKeysDocument } from '@buzzer/contract'

/** The public half of an ed25519 key (RFC 8032). */
export interface WebhookPublicKey {
  /** The thumbprint of its JWK (RFC 7638). */
  readonly id: string
  /** The 32 bytes themselves. */
  readonly bytes: Uint8Array
}

/** A key as it is published: as Standard Webhooks writes it, and as a JWK (RFC 8037). */
export function describeWebhookKey({
  id,
  bytes,
}: WebhookPublicKey): WebhookKeysDocument['keys'][number] {
  const raw = Buffer.from(bytes)
  return {
    id,
    algorithm: 'ed25519',
    publicKey: `whpk_${raw.toString('base64')}`,
    jwk: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url'), kid: id },
  }
}
