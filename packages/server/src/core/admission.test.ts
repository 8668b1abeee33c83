import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bothOf, boundPassed, noAdmissionBound, retryAfterSeconds } from './admission.ts'

const now = 1_000_000

describe('admission', () => {
  it.each([
    ['nothing waits', { ready: 0, oldestAt: null }, { backlog: 1, ageMs: 1 }, null],
    ['one less than may', { ready: 9, oldestAt: now }, { backlog: 10, ageMs: null }, null],
    ['as many as may', { ready: 10, oldestAt: now }, { backlog: 10, ageMs: null }, 'backlog'],
    ['as old as may be', { ready: 1, oldestAt: now - 50 }, { backlog: null, ageMs: 50 }, null],
    ['older', { ready: 1, oldestAt: now - 51 }, { backlog: null, ageMs: 50 }, 'age'],
    ['what was old is gone', { ready: 0, oldestAt: now - 99 }, { backlog: null, ageMs: 50 }, null],
    ['no bound', { ready: 1e9, oldestAt: 0 }, noAdmissionBound, null],
  ])('knows when a bound is passed: %s', (_, backlog, policy, passed) => {
    expect(boundPassed(backlog, policy, now)).toBe(passed)
  })

  it('takes the narrower of two bounds', () => {
    expect(bothOf({ backlog: 10, ageMs: null }, { backlog: 20, ageMs: 5 })).toEqual({
      backlog: 10,
      ageMs: 5,
    })
    expect(bothOf(noAdmissionBound, noAdmissionBound)).toEqual(noAdmissionBound)
  })

  it('sends callers away for as long as it takes, from a second to a minute', () => {
    expect(retryAfterSeconds(100, 10, 0)).toBe(10)
    expect(retryAfterSeconds(100, 10, 0.999)).toBe(15)
    expect(retryAfterSeconds(1, 1_000, 0)).toBe(1)
    expect(retryAfterSeconds(1_000_000, 1, 0)).toBe(40)
    expect(retryAfterSeconds(1_000_000, 1, 0.5)).toBe(50)
    expect(retryAfterSeconds(5, 0, 0)).toBe(40)
    expect(retryAfterSeconds(5, 0, 0.999)).toBe(60)
    const number = fc.double({ min: 0, max: 1e9, noNaN: true })
    const chance = fc.double({ min: 0, max: 0.999, noNaN: true })
    fc.assert(
      fc.property(number, number, chance, (excess, rate, luck) => {
        const seconds = retryAfterSeconds(excess, rate, luck)
        return Number.isInteger(seconds) && seconds >= 1 && seconds <= 60
      }),
    )
  })
})
