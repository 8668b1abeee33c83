import { describe, expect, test } from 'vitest'
import { paceDown, paceUp } from './lane.ts'
import type { LaneTerms } from './lane-terms.ts'
import { createLanes } from './lanes.ts'

const terms: LaneTerms = { concurrency: 64, ordered: false, leaseMs: 30_000, gapMs: 0 }
const create = (slots = 1_024, of: (lane: string) => LaneTerms | null = () => terms) =>
  createLanes({ slots, termsOf: of })

describe('what is claimed', () => {
  test('is what is due, and no more than a new lane may have', () => {
    const lanes = create()
    lanes.due('a', 10)
    lanes.due('b', 99)
    expect(lanes.wants(10)).toEqual([{ lane: 'a', max: 8, ordered: false, leaseMs: 30_000 }])
    expect(lanes.wants(10)).toEqual([])
    expect(lanes.nextAt()).toBe(99)
    expect(lanes.wants(99).map(({ lane }) => lane)).toEqual(['b'])
    expect(lanes.nextAt()).toBeNull()
  })

  test('grows by success up to the endpoint’s own bound, and is halved by failure', () => {
    const lanes = create(1_024, () => ({ ...terms, concurrency: 10 }))
    const lane = lanes.of('a')
    for (let count = 0; count < 20; count += 1) paceUp(lane, 10)
    lanes.due('a', 0)
    expect(lanes.wants(0)).toMatchObject([{ max: 10 }])
    paceDown(lane, 0)
    for (let count = 0; count < 10; count += 1) lanes.leave(lane)
    lanes.due('a', 0)
    expect(lanes.wants(0)).toMatchObject([{ max: 5 }])
  })

  test('a lane that fails again and again rests ever longer, and one success ends that', () => {
    const lanes = create()
    const lane = lanes.of('a')
    const rests = Array.from({ length: 20 }, () => {
      paceDown(lane, 1_000)
      return Math.max(0, lane.restUntil - 1_000)
    })
    expect(rests.slice(0, 8)).toEqual([0, 0, 0, 0, 0, 100, 200, 400])
    expect(rests.at(-1)).toBe(60_000)
    lanes.due('a', 1_000)
    expect(lanes.wants(1_001)).toEqual([])
    expect(lanes.nextAt()).toBe(61_000)
    expect(lanes.wants(61_000)).toMatchObject([{ lane: 'a', max: 1 }])
    paceUp(lane, 64)
    expect(lane).toMatchObject({ failures: 0, restUntil: 0 })
  })

  test('where places are few, nobody gets more than its part of them', () => {
    const lanes = create(16)
    for (const name of ['a', 'b', 'c', 'd']) lanes.due(name, 0)
    const wants = lanes.wants(0)
    expect(wants.map(({ lane }) => lane)).toEqual(['a', 'b', 'c', 'd'])
    expect(wants.reduce((sum, { max }) => sum + max, 0)).toBeLessThanOrEqual(16)
  })

  test('however many lanes hang, there is room for one that is sound', () => {
    const lanes = create(256)
    const sound = lanes.of('sound')
    paceUp(sound, 64)
    for (let index = 0; index < 1_000; index += 1) lanes.due(`hanging ${index}`, 0)
    let hanging = 0
    for (;;) {
      const wants = lanes.wants(0)
      if (wants.length === 0) break
      hanging += wants.reduce((sum, { max }) => sum + max, 0)
      for (const { lane } of wants) lanes.due(lane, 0)
    }
    expect(hanging).toBe(256 - 256 / 16)
    lanes.due('sound', 0)
    expect(lanes.wants(0)).toMatchObject([{ lane: 'sound', max: 1 }])
  })

  // Each look through all that wait would take longer than a test may.
  test('is found as fast however many lanes wait, as where each callback has an address of its own', () => {
    const lanes = create()
    const names = Array.from({ length: 60_000 }, (_, index) => `hook ${index}`)
    for (const name of names) lanes.due(name, 0)
    const served = new Set<string>()
    for (;;) {
      const wants = lanes.wants(0)
      if (wants.length === 0) break
      for (const { lane, max } of wants) {
        served.add(lane)
        for (let left = max; left > 0; left -= 1) lanes.leave(lanes.of(lane))
      }
    }
    expect(served).toEqual(new Set(names))
    // What is idle is forgotten, and with it how fast it was.
    paceUp(lanes.of('hook 0'), 64)
    expect(lanes.of('hook 0').isProven).toBe(true)
    lanes.of('another')
    expect(lanes.of('hook 0').isProven).toBe(false)
  })

  test('of an ordered lane one at a time', () => {
    const lanes = create(1_024, () => ({ ...terms, ordered: true }))
    lanes.due('a', 0)
    expect(lanes.wants(0)).toMatchObject([{ max: 1, ordered: true }])
    lanes.due('a', 0)
    expect(lanes.wants(0)).toEqual([])
    expect(lanes.take('a', 0)).toBe(false)
  })

  test('at the rate that a receiver allowed', () => {
    const lanes = create(1_024, () => ({ ...terms, gapMs: 500 }))
    lanes.due('a', 0)
    expect(lanes.wants(0)).toMatchObject([{ max: 1 }])
    lanes.due('a', 0)
    // Not even where it has taken the last one well.
    paceUp(lanes.of('a'), 64)
    expect(lanes.wants(499)).toEqual([])
    expect(lanes.nextAt()).toBe(500)
    expect(lanes.wants(500)).toMatchObject([{ max: 1 }])
  })

  test('which is one rate for what is live and what is replayed', () => {
    const lanes = create(1_024, () => ({ ...terms, gapMs: 500 }))
    lanes.due('whk_1', 0)
    lanes.due('whk_1/replay', 0)
    expect(lanes.wants(0)).toHaveLength(1)
    expect(lanes.wants(499)).toEqual([])
    expect(lanes.wants(500)).toHaveLength(1)
  })

  test('nothing of an endpoint that is disabled', () => {
    const lanes = create(1_024, () => null)
    lanes.due('a', 0)
    expect(lanes.wants(0)).toEqual([])
    expect(lanes.nextAt()).toBeNull()
    expect(lanes.take('a', 0)).toBe(false)
  })
})

describe('a place for what is not stored yet', () => {
  test('is given while nothing waits before it', () => {
    const lanes = create()
    expect(lanes.take('a', 0)).toBe(true)
    lanes.due('a', 5)
    expect(lanes.take('a', 0)).toBe(true)
    expect(lanes.take('a', 5)).toBe(false)
  })

  test('and not beyond what the lane and the node can take', () => {
    const lanes = create(10)
    const given = Array.from({ length: 12 }, () => lanes.take('a', 0)).filter(Boolean)
    expect(given).toHaveLength(8)
    const others = Array.from({ length: 12 }, () => lanes.take('b', 0)).filter(Boolean)
    expect(others).toHaveLength(2)
  })
})
