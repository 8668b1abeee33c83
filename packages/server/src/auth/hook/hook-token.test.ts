import type { JobId } from '@buzzer/contract'
import { expect, it } from 'vitest'
import { createJobTokens } from '../job-token.ts'
import { createHookTokens } from './hook-token.ts'

const secret = Buffer.from('0123456789abcdef')
const job = 'job_01jd0000000000000000000000' as JobId
const other = 'job_01jd0000000000000000000001' as JobId
const tokens = createHookTokens(secret)
const token = tokens.issue('done', job, 2)

it('opens the run of the job that it was issued for', () => {
  expect(tokens.runOf('done', job, token)).toBe(2)
  expect(token).toMatch(/^2-[\w-]{43}$/)
})

it('opens no other job, hook or run, under no other key, and not when it was tampered with', () => {
  expect(tokens.runOf('done', other, token)).toBeNull()
  expect(tokens.runOf('other', job, token)).toBeNull()
  expect(tokens.runOf('done', job, token.replace('2-', '3-'))).toBeNull()
  expect(tokens.runOf('done', job, token.replace('2-', '02-'))).toBeNull()
  expect(createHookTokens(Buffer.from('fedcba9876543210')).runOf('done', job, token)).toBeNull()
  for (const text of ['', '2-', '-', token.slice(0, -1), `${token}x`, `${token}\n`, 'é'.repeat(45)])
    expect(tokens.runOf('done', job, text)).toBeNull()
})

it("is not the job's own token, nor taken for it", () => {
  const own = createJobTokens(secret)
  expect(tokens.runOf('done', job, own.issue(job))).toBeNull()
  expect(own.matches(job, token)).toBe(false)
})
