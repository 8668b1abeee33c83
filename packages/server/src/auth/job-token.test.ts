import { createHmac } from 'node:crypto'
import type { JobId } from '@buzzer/contract'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { createJobTokens, isJobToken } from './job-token.ts'

const anId = fc
  .stringMatching(/^[0-7][0-9a-hjkmnp-tv-z]{25}$/)
  .map((suffix) => `job_${suffix}` as JobId)
const aSecret = fc.uint8Array({ minLength: 16, maxLength: 200 })

it('is the HMAC-SHA-256 of the id, as the standard library makes it', () => {
  fc.assert(
    fc.property(anId, aSecret, (id, secret) => {
      const token = createJobTokens(secret).issue(id)
      expect(token).toBe(`bzj_${createHmac('sha256', secret).update(id).digest('base64url')}`)
      expect(isJobToken(token)).toBe(true)
    }),
  )
})

it('matches its own job and no other, and nothing that was tampered with', () => {
  fc.assert(
    fc.property(anId, anId, aSecret, (id, other, secret) => {
      fc.pre(id !== other)
      const tokens = createJobTokens(secret)
      const token = tokens.issue(id)
      expect(tokens.matches(id, token)).toBe(true)
      expect(tokens.matches(other, token)).toBe(false)
      expect(tokens.matches(id, `${token}x`)).toBe(false)
      expect(tokens.matches(id, token.slice(0, -1))).toBe(false)
      expect(createJobTokens(Buffer.from('another secret')).matches(id, token)).toBe(false)
    }),
  )
})
