import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defaultDeliveryPolicy, nextAttemptAt } from './delivery-policy.ts'
import { afterFailure, afterSuccess, disableReasonOf, healthy } from './endpoint-health.ts'

const second = 1_000
const hour = 3_600 * second
const day = 24 * hour

describe('the schedule of Standard Webhooks', () => {
  const waits = [0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]

  test('is the one that holds where nothing is said', () => {
    expect(defaultDeliveryPolicy.scheduleMs).toEqual(waits.map((wait) => wait * second))
  })

  test.each(waits.slice(1).map((wait, index) => ({ attempt: index + 1, wait })))(
    'after attempt $attempt it waits $wait s',
    ({ attempt, wait }) => {
      expect(nextAttemptAt(defaultDeliveryPolicy, attempt, 0, null, 0)).toBe(wait * second)
    },
  )

  test('and after the tenth it ends', () => {
    expect(nextAttemptAt(defaultDeliveryPolicy, 10, 0, null, 0)).toBeNull()
  })

  test('grows by chance, by a tenth at most', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, jitter) => {
          const wait = (waits[attempt] ?? 0) * second
          const at = nextAttemptAt(defaultDeliveryPolicy, attempt, jitter, null, 0) ?? -1
          return at >= wait && at <= wait * 1.1
        },
      ),
    )
  })
})

describe('Retry-After', () => {
  const after = (retryAfterMs: number | null) =>
    nextAttemptAt(defaultDeliveryPolicy, 1, 0, retryAfterMs, 0)

  test.each([
    { name: 'a longer one puts it off', asked: 60_000, waits: 60_000 },
    { name: 'a shorter one does not hurry it', asked: 1_000, waits: 5_000 },
    { name: 'a negative one is none', asked: -60_000, waits: 5_000 },
    { name: 'a huge one is a day', asked: 1e15, waits: day },
    { name: 'none is the schedule', asked: null, waits: 5_000 },
  ])('$name', ({ asked, waits }) => {
    expect(after(asked)).toBe(waits)
  })
})

describe('an endpoint is disabled', () => {
  const after = (failures: number, everyMs: number) => {
    let health = healthy
    for (let index = 0; index < failures; index += 1) health = afterFailure(health, index * everyMs)
    return disableReasonOf(health, defaultDeliveryPolicy, (failures - 1) * everyMs)
  }

  test.each([
    { failures: 99, everyMs: second, reason: null },
    { failures: 100, everyMs: second, reason: 'failures' },
    { failures: 5, everyMs: day, reason: null },
    { failures: 6, everyMs: day, reason: 'failing-for' },
    { failures: 1, everyMs: 9 * day, reason: null },
  ])('after $failures failures, $everyMs ms apart: $reason', ({ failures, everyMs, reason }) => {
    expect(after(failures, everyMs)).toBe(reason)
  })

  test('and one success begins the count anew', () => {
    let health = healthy
    for (let index = 0; index < 99; index += 1) health = afterFailure(health, index)
    health = afterFailure(afterSuccess(100), 200)
    expect(health).toEqual({ failures: 1, failingSince: 200, lastSuccessAt: 100 })
    expect(afterSuccess(100)).toEqual({ failures: 0, failingSince: null, lastSuccessAt: 100 })
  })
})
