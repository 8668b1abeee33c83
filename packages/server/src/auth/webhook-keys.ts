import {
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  sign,
  type KeyObject,
} from 'node:crypto'
import { promisify } from 'node:util'
import type { WebhookPublicKey } from '../core/webhook-key.ts'
import type { WebhookKeys } from '../ports/webhook-keys.ts'

const signInPool = promisify<null, Uint8Array, KeyObject, Uint8Array>(sign)

/** What stands before the 32 bytes of a private ed25519 key in PKCS #8 (RFC 8410, section 7). */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')
const seedBytes = 32
const mostRemembered = 1_000

interface TenantKey {
  readonly privateKey: KeyObject
  readonly publicKey: WebhookPublicKey
}

/**
 * Keys that HKDF-SHA-256 (RFC 5869) makes of the server's own, so that every node has the same ones
 * without keeping them anywhere.
 *
 * @param secret the server's key; another one means other keys for every tenant
 */
export function createWebhookKeys(secret: Uint8Array): WebhookKeys {
  const remembered = new Map<string, TenantKey>()
  const keyOf = (tenant: string): TenantKey => {
    const before = remembered.get(tenant)
    if (before !== undefined) return before
    const [oldest] = remembered.size < mostRemembered ? [] : remembered.keys()
    if (oldest !== undefined) remembered.delete(oldest)
    const key = deriveKey(secret, tenant)
    remembered.set(tenant, key)
    return key
  }
  return {
    // In another thread: it takes as long as all the rest of a delivery, and nothing waits for it.
    sign: (tenant, bytes) => signInPool(null, bytes, keyOf(tenant).privateKey),
    publicKey: (tenant) => keyOf(tenant).publicKey,
  }
}

function deriveKey(secret: Uint8Array, tenant: string): TenantKey {
  const purpose = `buzzer webhook keys ${tenant}`
  const seed = Buffer.from(hkdfSync('sha256', secret, new Uint8Array(), purpose, seedBytes))
  const privateKey = createPrivateKey({
    key: Buffer.concat([pkcs8, seed]),
    format: 'der',
    type: 'pkcs8',
  })
  const { x = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
  return { privateKey, publicKey: { id: thumbprint(x), bytes: Buffer.from(x, 'base64url') } }
}

/** RFC 7638: the members that make the key, in the order of their names. */
const thumbprint = (x: string): string =>
  createHash('sha256')
    .update(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }))
    .digest('base64url')
