import { expect, it, test } from 'vitest'
import { workedMs } from '../../../../test/support/worked.ts'
import { deadLetterAlarms, errorGroupOf, isErrorGroup, patternOf } from './dead-letter.ts'

test.each([
  ['user 17 not found', 'user 4711 not found'],
  ['took 1.5 s of 2,000', 'took 27.25 s of 9'],
  ['job_01jabcdefghjkmnpqrstvwxyz0 is gone', 'job_01kabcdefghjkmnpqrstvwxyz9 is gone'],
  ['no row 0192e4a0-7b1c-7def-8abc-0123456789ab', 'no row 7c9e6679-7425-40de-944b-e07fc1f90ae7'],
  ["column 'a b' is unknown", "column 'c' is unknown"],
  ['cannot read "x.txt"', 'cannot read "other.txt"'],
  ['at 0x7ffdeadbeef0', 'at 0x7ffd00000010'],
  ['since 2027-01-01T10:00:00Z', 'since 2026-12-24T09:01:59Z'],
  ['connect ECONNREFUSED 10.0.0.1:5432', 'connect ECONNREFUSED 10.0.0.2:5433'],
  ['two\n  lines', 'two lines'],
])('%j is the same fault as %j', (one, other) => {
  expect(patternOf(one)).toBe(patternOf(other))
  const group = errorGroupOf('render', { code: 'handler-failed', detail: one })
  expect(errorGroupOf('render', { code: 'handler-failed', detail: other })).toBe(group)
  expect(isErrorGroup(group)).toBe(true)
})

test.each([
  ['user not found', 'order not found'],
  ["it can't be read and won't", "it can't be written and won't"],
  ['the facade faded', 'the decade faded'],
])('%j is another fault than %j', (one, other) => {
  expect(patternOf(one)).not.toBe(patternOf(other))
})

it('keeps operations, codes and titles apart', () => {
  const groups = [
    errorGroupOf('a', { code: 'x', detail: 'd' }),
    errorGroupOf('b', { code: 'x', detail: 'd' }),
    errorGroupOf('a', { code: 'y', detail: 'd' }),
    errorGroupOf('a', { code: 'x', title: 't', detail: 'd' }),
  ]
  expect(new Set(groups).size).toBe(groups.length)
})

it('gives thousands of faults names of their own, and is quick with hostile text', () => {
  const word = (number: number): string =>
    number.toString(26).replaceAll(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)] ?? '')
  const names = Array.from({ length: 20_000 }, (_, number) =>
    errorGroupOf('render', { code: 'x', detail: word(number) }),
  )
  expect(new Set(names).size).toBe(20_000)
  const began = workedMs()
  for (const part of ["'", '"', '0x', 'a_', '1.', 'deadbee ']) patternOf(part.repeat(100_000))
  expect(workedMs() - began).toBeLessThan(1_000)
})

it('alarms from the threshold on, and never where there is none', () => {
  const depths = [
    { operation: 'a', deadLetters: 9 },
    { operation: 'b', deadLetters: 10 },
    { operation: 'c', deadLetters: 99 },
  ]
  expect(deadLetterAlarms(depths, (operation) => (operation === 'c' ? 0 : 10))).toEqual([
    { operation: 'b', deadLetters: 10, alert: 10 },
  ])
})
