import { expect, test } from 'vitest'
import { readAttribute } from './attribute-header.ts'

test.for([
  ['plain', 'plain'],
  ['Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro € 😀'],
  ['once%2525', 'once%25'],
  ['%22kept%22', '"kept"'],
  ['%E2%82', '%E2%82'],
  ['"two words"', 'two words'],
  [String.raw`"a \"b\" \\ c"`, String.raw`a "b" \ c`],
  ['"%E2%82%AC"', '€'],
  ['""', ''],
  ['"open', '"open'],
  ['"a"b"', '"a"b"'],
  [String.raw`"a\"`, String.raw`"a\"`],
] as const)('%s is the attribute %s', ([header, attribute]) => {
  expect(readAttribute(header)).toBe(attribute)
})
