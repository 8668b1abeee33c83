import { describe, expect, test } from 'vitest'
import { parse, stringify } from 'yaml'
import * as fc from 'fast-check'
import { parseText } from './parse-text.ts'

const lines = (...all: readonly string[]): string => all.join('\n')
const many = (count: number, line: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => line(at)).join('\n')

describe('YAML', () => {
  test.each<[string, string, unknown]>([
    ['keys that are no texts', '200: a\ntrue: b\n~: c', { '200': 'a', 'true': 'b', '': 'c' }],
    ['an alias as a key', 'a: &a name\n*a : 1', { a: 'name', name: 1 }],
    [
      'an alias within the anchor around it',
      'a: &a {b: &b 1, c: *b}\nd: *a',
      {
        a: { b: 1, c: 1 },
        d: { b: 1, c: 1 },
      },
    ],
    ['an anchor that is set again', 'a: [&a 1, *a, &a 2, *a]', { a: [1, 1, 2, 2] }],
    ['one within itself', 'a: &a [&a 1]\nb: *a', { a: [1], b: 1 }],
    [
      'a merge',
      'a: &a {x: 1, y: 1}\nb: {x: 2, <<: *a, y: 3}',
      {
        a: { x: 1, y: 1 },
        b: { x: 2, y: 3 },
      },
    ],
    ['merges, of which the first counts', 'a: {<<: [{x: 1}, {x: 2, y: 2}]}', { a: { x: 1, y: 2 } }],
    ['pairs in a list', 'a: [x: 1, 2]', { a: [{ x: 1 }, 2] }],
    ['nothing', '# nothing', null],
  ])('with %s', (_, text, value) => {
    expect(parseText(text)).toEqual({ kind: 'parsed', value })
  })

  test('of any kind is read as its own parser reads it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = stringify([value, value])
        fc.pre(!text.includes('__proto__'))
        expect(parseText(text)).toEqual({ kind: 'parsed', value: parse(text) as unknown })
      }),
    )
  })

  test('may use an anchor a thousand times', () => {
    const text = lines(
      'a: &a {name: limit}',
      'all:',
      many(1_000, () => '  - *a'),
    )
    expect(parseText(text)).toMatchObject({ value: { a: { name: 'limit' } } })
  })
})

const doubling = many(40, (at) => `a${at + 1}: &a${at + 1} [*a${at}, *a${at}]`)
const long = 'x'.repeat(100_000)

describe('YAML that is refused', () => {
  test.each<[string, string, RegExp]>([
    ['lists that double', lines('a0: &a0 x', doubling), /^is longer than 48 MB with its aliases/],
    [
      'a long text over and over',
      lines(
        `a: &a ${long}`,
        many(600, (at) => `b${at}: *a`),
      ),
      /48 MB/,
    ],
    [
      'merges of what is large',
      lines(
        'a: &a',
        many(1_000, (at) => `  m${at}: 1`),
        many(9_000, (at) => `b${at}: {<<: *a}`),
      ),
      /48 MB/,
    ],
    ['what holds itself', 'a: &a [*a]', /^holds itself, by its alias \*a$/],
    ['an alias without its anchor', 'a: *b', /^has no anchor before its alias \*b$/],
    ['a merge of what is none', 'a: {<<: 1}', /^merges \(<<\) what is no object$/],
    ['an object as a key', '? {a: 1}\n: 2', /^has a key that is no text$/],
    ['a harmful name', '__proto__: {a: 1}', /^has a member named __proto__/],
    ['a harmful name in JSON', String.raw`{"\u005f_proto__": {}}`, /^has a member named __proto__/],
  ])('%s', (_, text, detail) => {
    const parsed = parseText(text)
    expect(parsed.kind === 'malformed' ? parsed.detail : parsed.kind).toMatch(detail)
  })
})
