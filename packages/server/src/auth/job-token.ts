import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto'
import type { JobId } from '@buzzer/contract'
import type { JobTokens } from '../ports/auth.ts'

const prefix = 'bzj_'

/**
 * `bzj_` and the HMAC-SHA-256 (RFC 2104) of the job's id in base64url: it can be made again for a
 * replay, and nobody without the key can make one.
 *
 * @param secret the server's key; changing it ends every token that was issued
 */
export function createJobTokens(secret: Uint8Array): JobTokens {
  const key = createSecretKey(secret)
  const issue = (id: JobId): string =>
    prefix + createHmac('sha256', key).update(id).digest('base64url')
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
