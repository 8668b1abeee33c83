import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { createJsonCheck } from './json-check.ts'

/** @param size of the pieces in which it comes */
function isJson(bytes: Uint8Array, size: number): boolean {
  const check = createJsonCheck()
  for (let at = 0; at < bytes.length; at += size)
    if (!check.add(bytes.subarray(at, at + size))) return false
  return check.end()
}

const parses = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

const texts: Readonly<Record<string, readonly string[]>> = {
  'nothing': ['', ' '],
  'numbers': '1 -0 01 1. .5 - 1e5 1E+05 1e 1e+ -1.50e-3 +1 0x1 -01 1.5.5 1e5.5 --1'.split(' '),
  'strings': ['"', '"a', '"a"', '"\\u00e9"', '"\\u00e"', '"\\x"', '"\\""', '"\n"', '"é"', "'a'"],
  'words': ['true', 'tru', 'truex', 'nul', 'null ', 'NaN', 'undefined', 'true false', '1 2'],
  'lists': ['[]', '[ ]', '[1,]', '[,1]', '[1', '[1]]', '[1}', '[[[]],{}]', '[1 , 2 ]', '\uFEFF[]'],
  'objects': ['{', '{}', '{ }', '{"a"}', '{"a":}', '{"a":1,}', '{"a":1 ,"b":[2]}', '{a:1}', '{,}'],
  'halves of objects': ['{"a" 1}', '{"a":1]', '{"a" : 1}', '{"a":1,"b"}', '{1:1}'],
}

it.each(Object.keys(texts))('tells of %s what a parser says', (kind) => {
  for (const text of texts[kind] ?? []) {
    for (const size of [1, 3, 100]) expect(isJson(Buffer.from(text), size), text).toBe(parses(text))
  }
})

const pieces = [...Array.from('{}[]",:0123456789eE+-. \\ntrufals\t"'), 'null', '"a":', '[1]']

it('tells of whatever comes what a parser says', () => {
  const piece = fc.constantFrom(...pieces)
  const almost = fc.array(piece, { maxLength: 12 }).map((all) => all.join(''))
  const proper = fc
    .json()
    .chain((text) =>
      fc
        .record({ at: fc.nat(text.length), put: fc.option(piece, { nil: '' }) })
        .map(({ at, put }) => text.slice(0, at) + put + text.slice(at)),
    )
  fc.assert(
    fc.property(fc.oneof(almost, proper), fc.integer({ min: 1, max: 5 }), (text, size) => {
      expect(isJson(Buffer.from(text), size)).toBe(parses(text))
    }),
    { numRuns: 2_000 },
  )
})

it('gives up on what is nested too deep', () => {
  const nested = (depth: number) => Buffer.from('['.repeat(depth) + ']'.repeat(depth))
  expect([isJson(nested(1_000), 64), isJson(nested(1_001), 64)]).toEqual([true, false])
})
