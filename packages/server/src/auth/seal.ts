import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { Sealer } from '../ports/sealer.ts'

const algorithm = 'aes-256-gcm'
const version = 'v1'
const ivBytes = 12
const tagBytes = 16

/**
 * AES-256-GCM (NIST SP 800-38D) with a random nonce for each text, under a key that HKDF-SHA-256
 * (RFC 5869) makes of the server's own, so that no other use of that key says anything about it.
 *
 * @param secret the server's key; what was sealed with another one does not open
 * @param purpose tells this key from those for other purposes
 */
export function createSealer(secret: Uint8Array, purpose: string): Sealer {
  const key = new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), `buzzer ${purpose}`, 32))
  return {
    seal(text, about) {
      const iv = randomBytes(ivBytes)
      const cipher = createCipheriv(algorithm, key, iv).setAAD(Buffer.from(about))
      const sealed = [iv, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]
      return `${version}.${Buffer.concat(sealed).toString('base64url')}`
    },
    open(sealed, about) {
      const [prefix, body = ''] = sealed.split('.')
      const bytes = Buffer.from(body, 'base64url')
      if (prefix !== version || bytes.length < ivBytes + tagBytes) return null
      const end = bytes.length - tagBytes
      const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes))
        .setAAD(Buffer.from(about))
        .setAuthTag(bytes.subarray(end))
      try {
        const text = decipher.update(bytes.subarray(ivBytes, end))
        return Buffer.concat([text, decipher.final()]).toString('utf8')
      } catch {
        return null
      }
    },
  }
}
