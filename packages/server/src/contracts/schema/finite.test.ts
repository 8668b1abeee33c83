import { expect, test } from 'vitest'
import { findInfinite } from './finite.ts'

test.each([
  ['1e400', ''],
  ['{"a":[0,-1E+309]}', '/a/1'],
  ['{"a~b":{"c/d":1e999}}', '/a~0b/c~1d'],
  [`[${'9'.repeat(309)}]`, '/0'],
])('%s is no number that a handler could be given', (text, pointer) => {
  expect(findInfinite(JSON.parse(text))).toMatchObject({ pointer })
})

test.each(['1.7976931348623157e308', '{"a":["1e400",null,true,1e-999]}', '[]', 'null'])(
  '%s can be given',
  (text) => {
    expect(findInfinite(JSON.parse(text))).toBeNull()
  },
)
