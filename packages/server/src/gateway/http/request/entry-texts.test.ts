import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { inputText, inputTexts } from './entry-texts.ts'

const read = (json: string): readonly (string | null)[] =>
  inputTexts(Buffer.from(json)).map((text) => (text === null ? null : Buffer.from(text).toString()))

const large = '{"n":12345678901234567890,"f":1.10,"e":1e400}'

it.each([
  ['numbers as they were written', `{"jobs":[{"operation":"a","input":${large}}]}`, [large]],
  ['no input, and one that is null', '{"jobs":[{"operation":"a"},{"input":null}]}', [null, 'null']],
  ['scalars', '{"jobs":[{"input":1},{"input": "x" },{"input":true}]}', ['1', '"x"', 'true']],
  ['the last of two', '{"jobs":[],"jobs":[{"input":1,"input":[2]}]}', ['[2]']],
  ['names with escapes', '{"\\u006aobs":[{"inp\\u0075t":3}]}', ['3']],
  ['names within other values', '{"jobs":[{"tags":["input",{"input":1}],"input":2}]}', ['2']],
  [
    'brackets and quotes in strings',
    '{"jobs":[{"input":{"a":"}]\\"\\\\"}}]}',
    ['{"a":"}]\\"\\\\"}'],
  ],
  ['space everywhere', ' {\n"jobs" : [ {"input" :\t[ 1 , 2 ] } ] } ', ['[ 1 , 2 ]']],
  ['entries that are no objects', '{"jobs":[1,null,"{",[]]}', [null, null, null, null]],
])('finds %s', (_, json, texts) => {
  expect(read(json)).toEqual(texts)
})

it('finds in any batch what a parser finds', () => {
  const entry = fc.record({ a: fc.jsonValue(), input: fc.jsonValue() }, { requiredKeys: [] })
  const space = fc.constantFrom(0, 1, 3, '\t')
  fc.assert(
    fc.property(fc.array(entry), fc.jsonValue(), space, (jobs, other, indent) => {
      const found = read(JSON.stringify({ other, jobs, last: other }, null, indent))
      const expected = jobs.map(({ input }) => input)
      const parsed = found.map((text): unknown => (text === null ? undefined : JSON.parse(text)))
      expect(JSON.stringify(parsed)).toBe(JSON.stringify(expected))
    }),
  )
})

it('finds it in a call by itself', () => {
  const readOne = (json: string): string | null => {
    const text = inputText(Buffer.from(json))
    return text === null ? null : Buffer.from(text).toString()
  }
  expect(readOne(` {"type":"submit","tags":["input"],"input": ${large} }`)).toBe(large)
  expect(readOne('{"type":"submit"}')).toBeNull()
  expect(inputText(Buffer.from('{"input":1}'))?.buffer.byteLength).toBe(1)
})
