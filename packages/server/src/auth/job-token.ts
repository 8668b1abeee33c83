import { hash, timingSafeEqual } from 'node:crypto'
import type { BatchId, JobId } from '@buzzer/contract'
import type { JobTokens } from '../ports/auth.ts'

const prefix = 'bzj_'

/**
 * `bzj_` and the HMAC-SHA-256 (RFC 2104) of the job's or the batch's id in base64url: it can be made again for a
 * replay, and nobody without the key can make one.
 *
 * @param secret the server's key; changing it ends every token that was issued
 */
export function createJobTokens(secret: Uint8Array): JobTokens {
  const authenticate = createHmacSha256(secret)
  const issue = (id: JobId | BatchId): string => prefix + authenticate(id)
  return {
    issue,
    matches(id, token) {
      const expected = Buffer.from(issue(id))
      const given = Buffer.from(token)
      return expected.byteLength === given.byteLength && timingSafeEqual(expected, given)
    },
  }
}

/** Whether a bearer token is meant to be a job's own. */
export const isJobToken = (token: string): boolean => token.startsWith(prefix)

const blockBytes = 64

/**
 * HMAC-SHA-256 of short ASCII texts by two plain hashes. Every acceptance needs one, and the object
 * behind `createHmac` costs more to collect than to use.
 */
function createHmacSha256(secret: Uint8Array): (text: string) => string {
  const key = Buffer.alloc(blockBytes)
  key.set(secret.byteLength > blockBytes ? hash('sha256', secret, 'buffer') : secret)
  const inner = key.map((byte) => byte ^ 0x36)
  const outer = key.map((byte) => byte ^ 0x5c)
  return (text) => {
    const digest = hash('sha256', Buffer.concat([inner, Buffer.from(text, 'latin1')]), 'binary')
    return hash('sha256', Buffer.concat([outer, Buffer.from(digest, 'latin1')]), 'base64url')
  }
}
