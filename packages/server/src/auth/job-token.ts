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
const digestBytes = 32

/**
 * HMAC-SHA-256 of short ASCII texts by two plain hashes. Every acceptance needs one, and the object
 * behind `createHmac` costs more to collect than to use; so do buffers that are made for each.
 */
function createHmacSha256(secret: Uint8Array): (text: string) => string {
  const key = Buffer.alloc(blockBytes)
  key.set(secret.byteLength > blockBytes ? hash('sha256', secret, 'buffer') : secret)
  /** The key under a mask, and room for what is hashed after it. */
  const masked = (mask: number, room: number): Buffer =>
    Buffer.concat([key.map((byte) => byte ^ mask), Buffer.alloc(room)])
  const outer = masked(0x5c, digestBytes)
  // Ids are all of one length, so that it is hardly ever made anew.
  let inner = masked(0x36, 0)
  return (text) => {
    if (inner.byteLength !== blockBytes + text.length) inner = masked(0x36, text.length)
    inner.write(text, blockBytes, 'latin1')
    outer.write(hash('sha256', inner, 'binary'), blockBytes, 'latin1')
    return hash('sha256', outer, 'base64url')
  }
}
