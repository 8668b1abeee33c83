import { describe, expect, it } from 'vitest'
import { createPressure, type Pressure } from './pressure.ts'

function open() {
  let now = 0
  return {
    pressure: createPressure({ monotonic: () => now }),
    pass: (ms: number) => {
      now += ms
    },
  }
}

/** Lets in what may come in, up to `most`. */
function fill(pressure: Pressure, most = 100_000): number {
  let count = 0
  while (!pressure.isFull && count < most) {
    pressure.enter(100)
    count += 1
  }
  return count
}

/** All that is under way ends, having taken so long. */
function endAll(pressure: Pressure, count: number, tookMs: number): void {
  for (let index = 0; index < count; index += 1) pressure.leave(100, tookMs)
}

describe('the pressure on a node', () => {
  it('is bounded by count and by bytes', () => {
    expect(fill(open().pressure)).toBe(8_192)
    const { pressure } = open()
    pressure.enter(48 * 1024 * 1024)
    expect(pressure.isFull).toBe(true)
    pressure.leave(48 * 1024 * 1024, 5)
    expect(pressure.isFull).toBe(false)
  })

  it('lets less in while even the fastest is slow, and more again when it is not', () => {
    const { pressure, pass } = open()
    const counts: number[] = []
    const round = (tookMs: number): void => {
      pass(100)
      const count = fill(pressure)
      counts.push(count)
      endAll(pressure, count, tookMs)
    }
    for (let rounds = 0; rounds < 40; rounds += 1) round(200)
    expect(counts.at(-1)).toBeLessThanOrEqual(160)
    expect(counts.at(-1)).toBeGreaterThanOrEqual(128)
    for (let rounds = 0; rounds < 60; rounds += 1) round(5)
    expect(counts.at(-1)).toBeGreaterThan(8_000)
  })

  it('is patient with a slow disk', () => {
    const { pressure, pass } = open()
    for (let rounds = 0; rounds < 10; rounds += 1) {
      pass(100)
      endAll(pressure, fill(pressure, 10), 40)
    }
    for (let rounds = 0; rounds < 10; rounds += 1) {
      pass(100)
      endAll(pressure, fill(pressure, 500), 120)
    }
    expect(fill(pressure, 8_000)).toBe(8_000)
  })

  it('is not moved by a burst in which some were fast', () => {
    const { pressure, pass } = open()
    for (let rounds = 0; rounds < 40; rounds += 1) {
      pass(100)
      const count = fill(pressure, 1_000)
      endAll(pressure, 1, 3)
      endAll(pressure, count - 1, 500)
    }
    expect(fill(pressure)).toBeGreaterThan(1_000)
  })

  it('takes a burst whole, however slow it is', () => {
    const { pressure, pass } = open()
    for (let moments = 0; moments < 4; moments += 1) {
      const count = fill(pressure, 5_000)
      expect(count).toBe(5_000)
      pass(100)
      endAll(pressure, count, 200)
    }
    expect(fill(pressure)).toBe(8_192)
  })

  it('is behind with half of a claim under way while claims leave jobs that have slots', () => {
    const { pressure, pass } = open()
    const claim = (leftMore: boolean): boolean => {
      pass(10)
      pressure.claimed(128, leftMore)
      for (let count = 0; count < 63; count += 1) pressure.enter(1)
      expect(pressure.isBehind).toBe(false)
      pressure.enter(1)
      const { isBehind } = pressure
      endAll(pressure, 64, 1)
      return isBehind
    }
    // A burst is soon claimed.
    expect([true, true, true, false].map(claim)).toEqual([false, false, false, false])
    expect([true, true, true, true, true].map(claim)).toEqual([false, false, false, true, true])
    expect(claim(false)).toBe(false)
    for (let claims = 0; claims < 5; claims += 1) claim(true)
    for (let count = 0; count < 64; count += 1) pressure.enter(1)
    expect(pressure.isBehind).toBe(true)
    pass(1_000)
    expect(pressure.isBehind).toBe(false)
  })
})
