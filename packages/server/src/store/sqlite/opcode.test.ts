import { expect, test } from 'vitest'
import { opcode } from './opcode.ts'

test('no two commands cross to the thread under one number', () => {
  const codes = Object.values(opcode)
  expect(codes.toSorted((a, b) => a - b)).toEqual([...new Set(codes)].toSorted((a, b) => a - b))
})
