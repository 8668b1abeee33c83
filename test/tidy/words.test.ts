import { describe, expect, test } from 'vitest'
import { madeUp } from './made-up.ts'
import {
  noCheckIsSwitchedOff,
  onlyPromisesThatHold,
  promise,
  readmeHoldsThePromise,
} from './words.ts'

// Put together here, so that this file does not say it.
const impossible = ['exactly', 'once']

describe('only promises that hold', () => {
  test.each([' ', '-', '\n', '\n * ', '** '])('not in words joined by %j', (glue) => {
    expect(onlyPromisesThatHold(madeUp({ 'docs/a.md': `\n${impossible.join(glue)}` }))).toEqual([
      expect.stringMatching(/^docs\/a\.md:2: /),
    ])
  })

  test('nor in capitals, nor in code', () => {
    const text = `// ${impossible.join(' ').toUpperCase()}`
    expect(onlyPromisesThatHold(madeUp({ 'src/a.ts': text }))).toHaveLength(1)
  })

  test('but the promise itself', () => {
    expect(onlyPromisesThatHold(madeUp({ 'README.md': promise }))).toEqual([])
  })
})

describe('the README holds the promise', () => {
  test('over lines, with a capital and in bold', () => {
    const text = `# Buzzer\n\n> **O${promise.slice(1).replace('; exactly', ';\n> exactly')}.**`
    expect(readmeHoldsThePromise(madeUp({ 'README.md': text }))).toEqual([])
  })

  test('in no other words', () => {
    const text = promise.replace('never lost', 'rarely lost')
    expect(readmeHoldsThePromise(madeUp({ 'README.md': text }))).toHaveLength(1)
    expect(readmeHoldsThePromise(madeUp({ 'docs/README.md': promise }))).toHaveLength(1)
  })
})

// In two halves, so that this file does not switch anything off.
test.each([
  ['oxlint', 'disable-next-line'],
  ['eslint', 'disable'],
  ['@ts', 'ignore'],
  ['prettier', 'ignore'],
])('%s-%s switches a check off', (...halves) => {
  const directive = halves.join('-')
  expect(noCheckIsSwitchedOff(madeUp({ 'src/a.ts': `\n// ${directive}` }))).toEqual([
    expect.stringMatching(/^src\/a\.ts:2: /),
  ])
  expect(noCheckIsSwitchedOff(madeUp({ 'docs/lint.md': directive }))).toEqual([])
})
