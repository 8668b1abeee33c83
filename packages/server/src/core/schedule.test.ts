import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { stepOf, type CatchUp, type NextTime, type Step } from './schedule.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** A schedule that comes at every multiple of so many milliseconds. */
const every =
  (ms: number): NextTime =>
  (after) =>
    (Math.floor(after / ms) + 1) * ms

/** Takes steps until there is nothing to do. @returns the times that ran, and where it stands */
function run(start: number, now: number, since: number, catchUp: CatchUp, next: NextTime) {
  const ran: number[] = []
  let nextAt: number | null = start
  for (let steps = 0; nextAt !== null && steps < 1_000; steps += 1) {
    const step: Step = stepOf({ nextAt, now, since, catchUp }, next)
    if (step.kind === 'wait') break
    if (step.kind === 'fire') ran.push(step.at)
    nextAt = step.nextAt
  }
  return { ran, nextAt }
}

const noon = 20 * day + 12 * hour

describe('what runs when somebody looks', () => {
  test.each([
    ['nothing before its time', hour, noon, noon - 1, 0, [], noon],
    ['the time that has come', hour, noon, noon, 0, [noon], noon + hour],
    ['the time, seconds late', hour, noon, noon + 7 * second, 0, [noon], noon + hour],
    [
      'each of those that passed while it looked',
      second,
      noon,
      noon + 2 * second,
      0,
      [noon, noon + second, noon + 2 * second],
      noon + 3 * second,
    ],
  ] as const)('%s', (...[, ms, nextAt, now, since, ran, then]) => {
    for (const catchUp of ['once', 'skip'] as const) {
      expect(run(nextAt, now, since, catchUp, every(ms))).toEqual({ ran, nextAt: then })
    }
  })

  test.each([
    ['one missed time', hour, noon, noon + 30 * minute, [noon], []],
    ['many: the last of them', hour, noon, noon + 5.5 * hour, [noon + 5 * hour], []],
    ['a year of seconds', second, noon, noon + 365 * day, [noon + 365 * day], 'same'],
    ['a time just missed is not late', hour, noon, noon + 9 * second, [noon], 'same'],
    ['a minute late is late', hour, noon, noon + minute, [noon], []],
  ] as const)('after nobody was there: %s', (...[, ms, nextAt, now, once, skip]) => {
    const then = every(ms)(now)
    // This node begins to look now.
    expect(run(nextAt, now, now, 'once', every(ms))).toEqual({ ran: once, nextAt: then })
    const ran = skip === 'same' ? once : skip
    expect(run(nextAt, now, now, 'skip', every(ms))).toEqual({ ran, nextAt: then })
  })

  it('does not catch up where another time has come due since', () => {
    const since = noon + 5 * hour
    const now = since + 2 * second
    const { ran } = run(noon, now, since, 'once', every(hour))
    expect(ran).toEqual([since])
  })

  it('takes what passed for longer than a minute for missed, also where it looked', () => {
    expect(run(noon, noon + 8 * hour, 0, 'once', every(second)).ran.length).toBeLessThanOrEqual(61)
    expect(run(noon, noon + 8 * hour, 0, 'skip', every(hour)).ran).toEqual([noon + 8 * hour])
  })

  it('ends with the last time that there is', () => {
    const last: NextTime = (after) => (after < noon ? noon : null)
    expect(run(noon, noon + day, noon + day, 'once', last)).toEqual({ ran: [noon], nextAt: null })
    expect(run(noon, noon + day, noon + day, 'skip', last)).toEqual({ ran: [], nextAt: null })
  })
})

it('never runs a time twice, none in the future, and always the last that it catches up', () => {
  const times = fc.uniqueArray(fc.integer({ min: 1, max: 400_000 }), {
    minLength: 1,
    maxLength: 40,
  })
  fc.assert(
    fc.property(times, fc.nat(500_000), fc.nat(500_000), (found, now, since) => {
      const sorted = found.toSorted((a, b) => a - b)
      const next: NextTime = (after) => sorted.find((at) => at > after) ?? null
      const due = sorted.filter((at) => at <= now)
      const { ran, nextAt } = run(sorted[0] ?? 0, now, since, 'once', next)
      expect(new Set(ran).size).toBe(ran.length)
      expect(due).toEqual(expect.arrayContaining(ran))
      expect(ran.at(-1)).toBe(due.at(-1))
      expect(ran).toEqual(expect.arrayContaining(due.filter((at) => at >= since && now - at < 6e4)))
      expect(nextAt).toBe(next(now))
    }),
  )
})
