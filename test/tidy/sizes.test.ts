import { describe, expect, test } from 'vitest'
import { madeUp } from './made-up.ts'
import { mostFilesAreSmall, mostFunctionsAreSmall, noFileIsHuge } from './sizes.ts'

const lines = (count: number): string => 'run()\n'.repeat(count)

const file = (name: string, text: string) => ({ [`packages/server/src/${name}.ts`]: text })

/** A file with some functions, each of so many lines. */
const functions = (name: string, count: number, length: number) =>
  file(name, `function run() {\n${lines(length - 2)}}\n`.repeat(count))

describe('files', () => {
  test('of 500 lines may be, of 501 not', () => {
    expect(noFileIsHuge(madeUp(file('a', lines(500))))).toEqual([])
    expect(noFileIsHuge(madeUp(file('a', lines(501))))).toEqual([
      'packages/server/src/a.ts: 501 lines, of 500 at most',
    ])
  })

  test('are small, but for one in ten', () => {
    const names = 'bcdefghij'.split('')
    const small = Object.fromEntries(names.flatMap((name) => Object.entries(file(name, lines(10)))))
    expect(mostFilesAreSmall(madeUp({ ...small, ...file('a', lines(300)) }))).toEqual([])
    expect(mostFilesAreSmall(madeUp({ ...small, ...file('b', lines(300)) }))).toEqual([
      expect.stringContaining(
        '1 of 9 files have 300 lines or more; 0 may:\n  packages/server/src/b.ts (300)',
      ),
    ])
  })

  test('of prose and data may be long', () => {
    const tree = madeUp({ 'docs/guide.md': lines(900), 'examples/data.json': lines(900) })
    expect([...noFileIsHuge(tree), ...mostFilesAreSmall(tree)]).toEqual([])
  })
})

describe('functions', () => {
  test('are small, but for one in ten', () => {
    const nine = functions('a', 9, 39)
    expect(mostFunctionsAreSmall(madeUp({ ...nine, ...functions('b', 1, 40) }))).toEqual([])
    expect(mostFunctionsAreSmall(madeUp({ ...nine, ...functions('b', 2, 40) }))).toEqual([
      expect.stringContaining('2 of 11 functions have 40 lines or more; 1 may'),
    ])
  })

  test('are measured whatever they are written as', () => {
    const body = `{\n${lines(50)}}`
    const forms = [`const f = () => ${body}`, `class A { f() ${body} }`, `run(function () ${body})`]
    for (const form of forms) {
      expect(mostFunctionsAreSmall(madeUp(file('a', form)))).toHaveLength(1)
    }
  })

  test('in tests may be long', () => {
    expect(mostFunctionsAreSmall(madeUp(functions('a.test', 1, 90)))).toEqual([])
  })
})
