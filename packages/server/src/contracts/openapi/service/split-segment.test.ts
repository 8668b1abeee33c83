import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { importText, operationOf, wrongWith } from '../../testing/fixture.ts'
import { splitFromLeft, splitFromRight, type Span } from './split-segment.ts'

const valuesIn = (received: string, spans: readonly Span[] | null): readonly string[] | null =>
  spans === null ? null : spans.map((span) => received.slice(...span))

describe('a segment', () => {
  test.each<[readonly string[], string, readonly string[] | null, readonly string[] | null]>([
    [['', ''], 'a', ['a'], ['a']],
    [['', '', ''], 'abc', ['a', 'bc'], ['ab', 'c']],
    [['', '', ''], 'a', null, null],
    [['', '', ''], '%C3%A4b', ['%C3', '%A4b'], ['%C3%A4', 'b']],
    [['', '', ''], '%41', null, null],
    [['', '1', ''], 'a%41b1c', ['a%41b', 'c'], ['a%41b', 'c']],
    [['', '.', ''], 'a.b.c', ['a', 'b.c'], ['a.b', 'c']],
    [['', '.', ''], '..', null, null],
    [['', '.', ''], '...', ['.', '.'], ['.', '.']],
    [['', '-', '.', ''], '2026-01.tar.gz', ['2026', '01', 'tar.gz'], ['2026', '01.tar', 'gz']],
    [['v', '-', 'x'], 'v1-2x', ['1', '2'], ['1', '2']],
    [['v', 'x'], 'vx', null, null],
    [['ab', 'bc'], 'abc', null, null],
    [['', '%', ''], '100%-x', ['100', '-x'], ['100', '-x']],
  ])('%j of %s', (texts, received, left, right) => {
    expect(valuesIn(received, splitFromLeft(texts, received))).toEqual(left)
    expect(valuesIn(received, splitFromRight(texts, received))).toEqual(right)
  })

  test('that can be split is split from both sides, and fits together again', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '.', '-', '%41', 'b'), maxLength: 8 })
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 4 }), text, (texts, received) => {
        const left = splitFromLeft(texts, received)
        expect(splitFromRight(texts, received) === null).toBe(left === null)
        for (const spans of [left, splitFromRight(texts, received)]) {
          const values = valuesIn(received, spans)
          if (values === null) continue
          const whole = texts.map((before, at) => before + (values[at] ?? '')).join('')
          expect(whole).toBe(received)
          expect(values).not.toContain('')
        }
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('parameters that share a segment', async () => {
  const path = (name: string, schema: object): object => ({
    name,
    in: 'path',
    required: true,
    schema,
  })
  const page = path('page', { type: 'string', minLength: 2 })
  const ext = path('ext', { enum: ['.json'] })
  const year = path('year', { type: 'integer' })
  const service = await importText(
    JSON.stringify({
      openapi: '3.1.0',
      paths: {
        '/beside/{page}{ext}': { get: { operationId: 'beside', parameters: [page, ext] } },
        '/between/{year}-{page}.{ext}': {
          get: { operationId: 'between', parameters: [year, page, path('ext', { enum: ['md'] })] },
        },
      },
    }),
  )
  test.each<[string, string, readonly string[]]>([
    ['beside', '/beside/about.json', []],
    ['beside', '/beside/%C3%A4%C3%B6.json', []],
    ['beside', '/beside/ab', ['/path/page', '/path/ext']],
    ['between', '/between/2026-about.md', []],
    ['between', '/between/2026-about.x.md', []],
    ['between', '/between/2026-about.txt', ['/path/ext']],
    ['between', '/between/x-about.x.md', ['/path/year']],
  ])('%s: %s', (name, target, errors) => {
    expect(wrongWith(operationOf(service, name), { target })).toEqual(
      errors.map((text) => expect.stringMatching(new RegExp(`^${text}`)) as unknown),
    )
  })

  test('are noted', () => {
    expect(operationOf(service, 'beside').notes).toContain(
      '{page}, {ext} share a part of the path and are checked only where it can be split in one way',
    )
  })
})
