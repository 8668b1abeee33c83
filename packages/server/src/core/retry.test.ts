import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { defaultRetry, retryDelay } from './retry.ts'

const policy = { attempts: 5, delayMs: 1_000, factor: 2, maxDelayMs: 10_000 }

it.each([
  [1, 0, null, 0],
  [1, 0.5, null, 500],
  [2, 0.5, null, 1_000],
  [3, 0.5, null, 2_000],
  [9, 0.5, null, 5_000],
  [1, 0.5, 4_000, 4_500],
  [1, 0, -7, 0],
  [1, 0, 1e12, 86_400_000],
])('attempt %i with jitter %d and Retry-After %s waits %i ms', (attempt, jitter, after, wait) => {
  expect(retryDelay(policy, attempt, jitter, after)).toBe(wait)
})

it('stays between what was asked for and the exponential bound above it', () => {
  const anyAttempt = fc.integer({ min: 1, max: 200 })
  const anyJitter = fc.double({ min: 0, max: 0.999_999, noNaN: true })
  fc.assert(
    fc.property(anyAttempt, anyJitter, fc.nat(86_400_000), (attempt, jitter, after) => {
      const wait = retryDelay(defaultRetry, attempt, jitter, after)
      expect(wait).toBeGreaterThanOrEqual(after)
      expect(wait).toBeLessThanOrEqual(after + defaultRetry.maxDelayMs)
    }),
  )
})

it('is a time that can be stored, however a policy is written and however often it is tried', () => {
  const anyPolicy = fc.record({
    attempts: fc.constant(Number.MAX_SAFE_INTEGER),
    delayMs: fc.constantFrom(0, 1, 1_000, 1e12),
    factor: fc.constantFrom(1, 1.5, 2, 1e6, Number.MAX_VALUE),
    maxDelayMs: fc.constantFrom(0, 1, 300_000, 1e12),
  })
  const anyAttempt = fc.constantFrom(1, 2, 50, 1_025, 1_000_000, Number.MAX_SAFE_INTEGER)
  fc.assert(
    fc.property(anyPolicy, anyAttempt, (any, attempt) => {
      const wait = retryDelay(any, attempt, 0.5, null)
      expect(Number.isSafeInteger(wait)).toBe(true)
      expect(wait).toBeLessThanOrEqual(Math.ceil(any.maxDelayMs / 2))
    }),
  )
})
