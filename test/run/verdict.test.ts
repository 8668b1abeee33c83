import { describe, expect, test } from 'vitest'
import type { Ended } from './command.ts'
import { judgeCheck, judgeSuite } from './verdict.ts'

const ended = (code: number | null): Ended => ({ code, output: '', tookMs: 5 })

/** A report with one file for each list of tests, written as `status name`. */
const report = (...files: readonly (readonly string[])[]): string =>
  JSON.stringify({
    testResults: files.map((tests) => ({
      name: 'a.test.ts',
      status:
        tests.every((text) => text.startsWith('passed')) && tests.length > 0 ? 'passed' : 'failed',
      assertionResults: tests.map((text) => {
        const [status, ...name] = text.split(' ')
        return { status, fullName: name.join(' ') }
      }),
    })),
  })

const local = { ci: false }
const inCi = { ci: true }

test('a check counts as one test', () => {
  expect(judgeCheck(ended(0))).toMatchObject({ passed: 1, failed: 0 })
  expect(judgeCheck(ended(2))).toMatchObject({ passed: 0, failed: 1 })
  expect(judgeCheck(ended(null))).toMatchObject({ passed: 0, failed: 1 })
})

describe('a suite', () => {
  test('counts its tests over all files', () => {
    const json = report(['passed a', 'passed b'], ['passed c', 'failed d'])
    expect(judgeSuite(ended(1), json, local)).toEqual({ passed: 3, failed: 1, notes: [] })
  })

  test('in which nothing ran has failed', () => {
    expect(judgeSuite(ended(0), report(), local)).toEqual({
      passed: 0,
      failed: 1,
      notes: ['no test ran'],
    })
  })

  test('has failed where all of it was skipped', () => {
    const json = report(['skipped a, skipped because it rains'])
    expect(judgeSuite(ended(0), json.replace('"failed"', '"passed"'), inCi)).toMatchObject({
      failed: 1,
    })
  })

  test('counts a file that could not be read as a failure', () => {
    expect(judgeSuite(ended(1), report(['passed a'], []), local)).toMatchObject({
      passed: 1,
      failed: 1,
    })
  })

  test('has failed where its runner did, whatever the tests say', () => {
    expect(judgeSuite(ended(1), report(['passed a']), local)).toMatchObject({ failed: 1 })
    expect(judgeSuite(ended(null), report(['passed a']), local)).toMatchObject({ failed: 1 })
    expect(judgeSuite(ended(1), null, local)).toMatchObject({ passed: 0, failed: 1 })
    for (const json of ['{}', '{"testRes']) {
      expect(judgeSuite(ended(0), json, local)).toMatchObject({ passed: 0, failed: 1 })
    }
  })
})

describe('a skipped test', () => {
  const file = (...tests: readonly string[]) => report(tests).replace('"failed"', '"passed"')

  test('is named, and passes over at home', () => {
    expect(judgeSuite(ended(0), file('passed a', 'pending b'), local)).toEqual({
      passed: 1,
      failed: 0,
      notes: ['b'],
    })
  })

  test.each(['pending', 'skipped', 'todo'])(
    'fails in CI where it gives no reason (%s)',
    (status) => {
      expect(judgeSuite(ended(0), file('passed a', `${status} b`), inCi)).toEqual({
        passed: 1,
        failed: 1,
        notes: ['skipped without a reason: b'],
      })
    },
  )

  test('may be skipped in CI where its name says why', () => {
    const json = file('passed a', 'pending b, skipped because Redis keeps no history')
    expect(judgeSuite(ended(0), json, inCi)).toEqual({
      passed: 1,
      failed: 0,
      notes: ['b, skipped because Redis keeps no history'],
    })
  })
})
