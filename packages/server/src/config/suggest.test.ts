import { expect, test } from 'vitest'
import { suggest } from './suggest.ts'

const known = ['operations', 'services', 'outbound', 'store', 'bus']

test.each([
  ['operatoins', 'operations'],
  ['Operations', 'operations'],
  ['service', 'services'],
  ['stroe', 'store'],
  ['bsu', 'bus'],
  ['bu', 'bus'],
  ['inbound', null],
  ['webhooks', null],
  ['x', null],
  ['', null],
])('%j means %j', (name, meant) => {
  expect(suggest(name, known)).toBe(meant)
})
