import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { exactly } from './exact-json.ts'

const written = (text: string): string => JSON.stringify(exactly(text, JSON.parse(text)))

test.each([
  '9007199254740993',
  '-12345678901234567890.5',
  '1e400',
  '{"a":[1,{"b":1E5}],"c":0.12345678901234567}',
  '[ 1,-2e-7 ]',
  '{"a":12345678.1234567891}',
  '1234567890.12345678',
  '[123456789012345.678,-0]',
  '{"price":1.0,"rates":[0.50,10.250]}',
])('%s stays as it was sent', (text) => {
  expect(written(text)).toBe(text.replaceAll(' ', ''))
})

test('of a name that stands twice the last is left, and text is text', () => {
  expect(written('{"a":1e400,"a":"x3e4,5e6"}')).toBe('{"a":"x3e4,5e6"}')
})

test('any JSON is written as JavaScript would, where its numbers are', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(JSON.parse(written(text))).toEqual(JSON.parse(text))
    }),
  )
})
