import { expect, test } from 'vitest'
import { holdOf, nextHold } from './hold.ts'

const after = (holdMs: number, ...shares: readonly number[]): number =>
  Math.round(shares.reduce(nextHold, holdMs))

test('nobody waits while there is time', () => {
  expect(after(0, 0, 0.5, 0.85)).toBe(0)
})

test('the wait grows while the process is busy, up to half a second', () => {
  expect([1, 2, 3].map((times) => after(0, ...Array<number>(times).fill(1)))).toEqual([20, 30, 45])
  expect(after(0, ...Array<number>(20).fill(1))).toBe(500)
})

test('it stays where the process has enough to do, and goes when it has not', () => {
  expect(after(100, 0.8, 0.8)).toBe(100)
  expect(after(100, 0.5)).toBe(67)
  expect(after(500, ...Array<number>(10).fill(0.1))).toBe(0)
})

test('callers wait for half of it up to half as long again', () => {
  expect([0, 0.5, 1].map((chance) => holdOf(100, chance))).toEqual([50, 100, 150])
})
