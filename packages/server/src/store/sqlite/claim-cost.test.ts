import { describe, expect, it } from 'vitest'
import type { Store } from '../../ports/store.ts'
import {
  acceptAll,
  claim,
  claimOne,
  depthOf,
  node,
  serve,
  succeed,
  terms,
  type JobWish,
} from '../conformance/sample.ts'
import { systemClock, systemRandom } from './system.ts'
import { costOf } from './testing/cost.ts'
import { openInlineSqliteStore } from './testing/inline.ts'

const many = 20_000

const open = (): Promise<Store> =>
  openInlineSqliteStore({ folder: ':memory:', clock: systemClock, random: systemRandom })

/** Accepted in batches, as many at once would be too many on the way to the store. */
async function acceptMany(store: Store, count: number, wish: JobWish): Promise<void> {
  for (let left = count; left > 0; left -= 5_000) {
    await acceptAll(
      store,
      Array.from({ length: Math.min(left, 5_000) }, () => wish),
    )
  }
}

/** Five jobs of `free` are there to be claimed, whatever else there is. */
async function costBeside(others: (store: Store) => Promise<void>) {
  await using store = await open()
  await serve(store, 'free', terms('full', { concurrency: 1 }), 'keyed')
  await acceptAll(store, [{ operation: 'full' }, { operation: 'keyed', key: 'k' }])
  expect(await claim(store)).toHaveLength(2)
  await others(store)
  await acceptMany(store, 5, { operation: 'free' })
  const cost = await costOf(async () => {
    expect(await claim(store, 5)).toHaveLength(5)
  })
  const settling = await costOf(async () => {
    await acceptAll(store, [{ operation: 'free' }])
    await succeed(store, await claimOne(store))
  })
  return { cost, settling }
}

// Together with the plans of the statements (plan.test.ts), which all go along an index, this says
// that the work does not grow.
describe('what stands and cannot be claimed costs the claim of others nothing', () => {
  it.each<[string, JobWish, keyof NonNullable<Awaited<ReturnType<typeof depthOf>>>]>([
    ['jobs behind one key', { operation: 'keyed', key: 'k' }, 'blocked'],
    ['jobs of a full operation', { operation: 'full' }, 'ready'],
    ['jobs that are due later', { operation: 'free', dueAt: Date.now() + 3_600_000 }, 'delayed'],
    ['jobs that nobody runs', { operation: 'unserved', priority: 0 }, 'ready'],
  ])('%s', async (_, wish, stage) => {
    const alone = await costBeside((store) => acceptMany(store, 1, wish))
    const beside = await costBeside(async (store) => {
      await acceptMany(store, many, wish)
      expect((await depthOf(store, wish.operation))?.[stage]).toBe(many)
    })
    expect(beside).toEqual(alone)
  })

  it('many tenants that wait: one turn each, and a page no larger than what is asked for', async () => {
    await using store = await open()
    await store.leases.serve(node, [terms('free')])
    for (let tenant = 0; tenant < 500; tenant += 1) {
      await acceptMany(store, 4, { operation: 'free', tenant: `tenant ${tenant}` })
    }
    const cost = await costOf(() => claim(store, 10))
    const pages = Object.entries(cost).filter(([sql]) => sql.includes('jobs_ready'))
    expect(pages.map(([, rows]) => rows)).toEqual([20])
  })
})
