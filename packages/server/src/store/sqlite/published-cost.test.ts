import { expect, it } from 'vitest'
import { sharedTenant } from '../../core/channel.ts'
import type { Store } from '../../ports/store.ts'
import { systemClock, systemRandom } from './system.ts'
import { costOf } from './testing/cost.ts'
import { openInlineSqliteStore } from './testing/inline.ts'

const many = 5_000

interface Place {
  readonly tenant: string
  readonly channel: string
}

/** How many statements run, and rows come, for one publication to each of many in one commit. */
async function costOfEach(store: Store, placeOf: (index: number) => Place): Promise<number> {
  const cost = await costOf(() =>
    Promise.all(
      Array.from({ length: many }, (_, index) =>
        store.events.publish({
          ...placeOf(index),
          history: { count: 10, ageMs: null },
          events: [{ id: 'a', source: null, at: 1, text: '{}' }],
        }),
      ),
    ),
  )
  return Object.values(cost).reduce((sum, count) => sum + count, 0) / many
}

it.each<[string, (index: number) => Place]>([
  ['names', (index) => ({ tenant: 'a', channel: `c${index}` })],
  ['tenants with one name', (index) => ({ tenant: `t${index}`, channel: 'c' })],
])('costs as much for each of many channels as for one, of many %s', async (_, placeOf) => {
  await using store = await openInlineSqliteStore({
    folder: ':memory:',
    clock: systemClock,
    random: systemRandom,
  })
  expect(await costOfEach(store, placeOf)).toBeLessThan(6)
  // Whoever was first with a name has told how far its channels are.
  expect(await costOfEach(store, placeOf)).toBeLessThan(3)
  const shared = { tenant: sharedTenant, channel: 'c' }
  expect(await costOfEach(store, () => shared)).toBeLessThan(2)
})
