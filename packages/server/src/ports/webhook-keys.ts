import type { WebhookPublicKey } from '../core/webhook-key.ts'

/** The ed25519 key with which each tenant signs what it sends. */
export interface WebhookKeys {
  /** @returns the 64 bytes of the signature (RFC 8032) */
  sign(tenant: string, bytes: Uint8Array): Promise<Uint8Array>
  publicKey(tenant: string): WebhookPublicKey
}
