import { expect, test, vi } from 'vitest'
import type { Clock } from '../ports/clock.ts'
import { createOutbound } from './outbound.ts'

/** A clock that stands still, with the timers that were set by it. */
function createStillClock() {
  let now = 0
  const timers = new Set<() => void>()
  const clock: Clock = {
    now: () => now,
    monotonic: () => now,
    after(_, callback) {
      timers.add(callback)
      return () => void timers.delete(callback)
    },
  }
  return {
    clock,
    pass: (ms: number) => void (now += ms),
    ring: () => {
      for (const timer of timers) timer()
    },
    timers,
  }
}

const open = (answers: Readonly<Record<string, readonly string[]>>) => {
  const time = createStillClock()
  const resolve = vi.fn((name: string) => {
    const found = answers[name]
    return found === undefined ? Promise.reject(new Error('ENOTFOUND')) : Promise.resolve(found)
  })
  return { outbound: createOutbound({ allow: [], clock: time.clock, resolve }), resolve, ...time }
}

test.each<[string, readonly string[], string | null]>([
  ['public', ['1.1.1.1'], null],
  ['private', ['10.0.0.1', '::1'], 'does not lead to one'],
  // Only the permitted ones are connected to.
  ['mixed', ['10.0.0.1', '1.1.1.1'], null],
  ['nothing', [], null],
  ['nonsense', ['not an address'], 'does not lead to one'],
])('a name that stands for %s', async (_, addresses, why) => {
  await using outbound = open({ 'a.example': addresses }).outbound
  const said = await outbound.vet('https://a.example/x')
  if (why === null) expect(said).toBeNull()
  else expect(said).toContain(why)
})

test('a name that is not known is no reason, and what the URL says is one at once', async () => {
  const { outbound, resolve } = open({})
  expect(await outbound.vet('http://unknown.example/')).toBeNull()
  resolve.mockClear()
  expect(await outbound.vet('http://127.1/')).toContain('not a public address')
  expect(await outbound.vet('http://x.localhost/')).toContain('not a public address')
  expect(await outbound.vet('http://8.8.8.8/')).toBeNull()
  expect(await outbound.vet('gopher://a/')).toContain('http')
  expect(resolve).not.toHaveBeenCalled()
  await outbound[Symbol.asyncDispose]()
})

test('is remembered for half a minute, by the name and for every port', async () => {
  const { outbound, resolve, pass, timers } = open({ 'a.example': ['10.0.0.1'] })
  await outbound.vet('http://a.example/')
  pass(29_999)
  expect(await outbound.vet('http://a.example:81/')).toContain('a.example:81')
  expect(resolve).toHaveBeenCalledTimes(1)
  pass(1)
  await outbound.vet('http://a.example/')
  expect(resolve).toHaveBeenCalledTimes(2)
  expect(timers.size).toBe(0)
  await outbound[Symbol.asyncDispose]()
})

test('forgets the oldest name when there are many', async () => {
  const { outbound, resolve } = open({})
  for (let index = 0; index <= 1_000; index += 1) await outbound.vet(`http://n${index}.example/`)
  await outbound.vet('http://n1000.example/')
  expect(resolve).toHaveBeenCalledTimes(1_001)
  await outbound.vet('http://n0.example/')
  expect(resolve).toHaveBeenCalledTimes(1_002)
  await outbound[Symbol.asyncDispose]()
})

test('a name that does not come is no reason, and is not asked for again and again', async () => {
  const time = createStillClock()
  const resolve = vi.fn(() => new Promise<readonly string[]>(() => {}))
  await using outbound = createOutbound({ allow: [], clock: time.clock, resolve })
  const asking = [outbound.vet('http://a.example/'), outbound.vet('http://a.example/')]
  await expect.poll(() => time.timers.size).toBe(2)
  time.ring()
  expect(await Promise.all(asking)).toEqual([null, null])
  expect(resolve).toHaveBeenCalledTimes(1)
})
