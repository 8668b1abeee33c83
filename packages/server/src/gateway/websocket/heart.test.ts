import { expect, test } from 'vitest'
import { createVirtualClock } from '../../engine/testing/virtual-clock.ts'
import { createHeart, type Living } from './heart.ts'

function born(changes: Partial<Living> = {}) {
  const clock = createVirtualClock()
  const told: string[] = []
  const at = (): string => `${Math.round(clock.monotonic() / 1_000)}`
  const living: Living = {
    ping: () => void told.push(`ping ${at()}`),
    fullSince: () => null,
    isReading: () => true,
    isAllowed: () => true,
    end(why) {
      told.push(`${why} ${at()}`)
      beat[Symbol.dispose]()
    },
    ...changes,
  }
  const heart = createHeart(clock)
  const beat = heart.add(living)
  return { clock, told, beat, heart }
}

test('it pings every 15 s, and who leaves two unanswered is gone', async () => {
  const { clock, told, beat } = born()
  await clock.advance(31_000)
  beat.heard()
  await clock.advance(60_000)
  expect(told).toEqual(['ping 15', 'ping 30', 'ping 45', 'ping 60', 'nothing-heard 75'])
  expect(clock.pending).toBe(0)
})

test('whose messages are not read cannot answer', async () => {
  const { clock, told } = born({ isReading: () => false })
  await clock.advance(300_000)
  expect(told).toEqual([])
})

test('a reader that takes nothing for 15 s is dropped', async () => {
  let since: number | null = null
  const { clock, told } = born({ fullSince: () => since })
  await clock.advance(4_000)
  since = 4_000
  await clock.advance(14_000)
  since = 17_000
  await clock.advance(16_000)
  expect(told).toEqual(['ping 15', 'ping 30', 'too-slow 32'])
})

test('a right that ended ends the socket within 5 s', async () => {
  let isAllowed = true
  const { clock, told } = born({ isAllowed: () => isAllowed })
  await clock.advance(6_000)
  isAllowed = false
  await clock.advance(5_000)
  expect(told).toEqual(['credential-ended 10'])
})

test('a flood of control frames ends it, and a few of them do not', async () => {
  const { clock, told, beat } = born()
  for (let second = 0; second < 5; second += 1) {
    for (let count = 0; count < 900; count += 1) beat.controlFrame()
    await clock.advance(1_000)
  }
  expect(told).toEqual([])
  for (let count = 0; count < 1_100; count += 1) beat.controlFrame()
  expect(told).toEqual(['too-many-frames 5'])
})

test('one timer serves all', async () => {
  const { clock, heart, told } = born()
  const other = born().told
  for (let count = 0; count < 100; count += 1) {
    heart.add({
      ping: () => void other.push('ping'),
      fullSince: () => null,
      isReading: () => true,
      isAllowed: () => true,
      end: () => undefined,
    })
  }
  expect(clock.pending).toBe(1)
  await clock.advance(15_000)
  expect([told.length, other.length, clock.pending]).toEqual([1, 100, 1])
})
