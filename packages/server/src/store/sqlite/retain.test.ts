import { expect, it } from 'vitest'
import { createVirtualClock } from '../../engine/testing/virtual-clock.ts'
import type { Retention } from '../../ports/store.ts'
import { accept, claim, minuteMs, sampleJob, serve, succeed } from '../conformance/sample.ts'
import { systemClock, systemRandom } from './system.ts'
import { openInlineSqliteStore } from './testing/inline.ts'

/** A machine on which whatever is done between two looks at the clock takes this long. */
const slowMs = 3

async function openSlow() {
  let lateMs = 0
  const now = () => systemClock.now() + (lateMs += slowMs)
  const store = await openInlineSqliteStore({
    folder: ':memory:',
    clock: { ...systemClock, now },
    random: systemRandom,
  })
  await serve(store, 'render')
  return store
}

const all: Retention = {
  jobsMs: -60 * minuteMs,
  tombstonesMs: minuteMs,
  eventsMs: 60 * minuteMs,
  deliveriesMs: minuteMs,
}

it('removes some in each step however slow the machine is, and fewer in the next', async () => {
  await using store = await openSlow()
  for (let count = 0; count < 60; count += 1) await accept(store, sampleJob())
  for (const job of await claim(store, 60)) await succeed(store, job)
  const steps = []
  do steps.push(await store.upkeep.retain(all, 100))
  while (steps.at(-1)?.more === true)
  expect(steps.map(({ jobs }) => jobs)).toEqual([25, 13, 7, 4, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0])
})

it('has no more to do on a slow machine than on another', async () => {
  await using store = await openSlow()
  expect(await store.upkeep.retain(all, 100)).toMatchObject({ jobs: 0, more: false })
})

it('does not forget a channel to which somebody comes back in the same moment', async () => {
  const clock = createVirtualClock()
  await using store = await openInlineSqliteStore({
    folder: ':memory:',
    clock,
    random: systemRandom,
  })
  const reserve = () => store.events.reserve('default', 'cursors', 10)
  expect(await reserve()).toBe(1)
  await clock.advance(2 * minuteMs)
  expect((await Promise.all([reserve(), store.upkeep.retain(all, 100)]))[0]).toBe(11)
  expect(await reserve()).toBe(21)
  await clock.advance(2 * minuteMs)
  await store.upkeep.retain(all, 100)
  expect(await reserve()).toBe(1)
})
