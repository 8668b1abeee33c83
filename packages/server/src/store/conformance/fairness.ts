import type { JobId } from '@buzzer/contract'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Running } from '../../core/job.ts'
import { rankOf } from '../../core/rank.ts'
import type { Shares, Store } from '../../ports/store.ts'
import {
  accept,
  acceptAll,
  claim,
  claimOne,
  expectSound,
  minuteMs,
  node,
  read,
  sampleJob,
  serve,
  serveShared,
  succeed,
  terms,
  type JobWish,
  type OpenStore,
} from './sample.ts'

const shares: Shares = { acme: 3, bravo: 1 }

/** As many jobs of a tenant, one like the other. */
const some = (count: number, wish: JobWish): JobWish[] => Array.from({ length: count }, () => wish)

/** Claims one by one until there are no more, and ends them. */
async function claimAll(store: Store): Promise<Running[]> {
  const all: Running[] = []
  for (let next = await claim(store, 1); next.length > 0; next = await claim(store, 1)) {
    all.push(...next)
    await Promise.all(next.map((job) => succeed(store, job)))
  }
  return all
}

const wishes = fc.array(
  fc.record({
    operation: fc.constantFrom('a', 'b'),
    tenant: fc.constantFrom('acme', 'bravo', 'default'),
    priority: fc.integer({ min: 0, max: 9 }),
    agedMs: fc.integer({ min: 0, max: 60 * minuteMs }),
  }),
  { minLength: 1, maxLength: 60 },
)

export function fairnessSuite(open: OpenStore): void {
  it('gives tenants turns by their shares, one claim after the other or all in one', async () => {
    for (const page of [1, 2, 5, 40]) {
      await using store = await open()
      await serveShared(store, shares, 'render')
      await acceptAll(store, [
        ...some(20, { tenant: 'acme' }),
        ...some(8, { tenant: 'bravo' }),
        ...some(4, { tenant: 'default' }),
      ])
      const order: string[] = []
      while (order.length < 32) order.push(...(await claim(store, page)).map((job) => job.tenant))
      const among = (end: number, tenant: string): number =>
        order.slice(0, end).filter((each) => each === tenant).length
      expect([among(20, 'acme'), among(20, 'bravo'), among(20, 'default')]).toEqual([12, 4, 4])
      // One tenant has nothing left by then.
      expect([among(28, 'acme'), among(28, 'bravo')]).toEqual([18, 6])
    }
  })

  it('lets a tenant with one job pass the backlog of another, also at a limit of one', async () => {
    await using store = await open()
    await serve(store, terms('render', { concurrency: 1 }))
    await acceptAll(store, some(50, { tenant: 'acme', priority: 0 }))
    await succeed(store, await claimOne(store))
    const [small] = await acceptAll(store, [{ tenant: 'bravo', priority: 9 }])
    const next = [await claimOne(store)]
    await succeed(store, next[0] ?? failTest())
    next.push(await claimOne(store))
    expect(next.map(({ id }) => id)).toContain(small)
  })

  it('lets an operation with few jobs pass the backlog of another', async () => {
    await using store = await open()
    await serve(store, 'large', 'small')
    await acceptAll(store, some(100, { operation: 'large', priority: 0 }))
    expect(await claim(store, 10)).toHaveLength(10)
    await acceptAll(store, some(3, { operation: 'small', priority: 9 }))
    const claimed = await claim(store, 8)
    expect(claimed.filter(({ operation }) => operation === 'small')).toHaveLength(3)
  })

  it('keeps to the rank among the jobs of one tenant and operation, and loses none', async () => {
    await using store = await open()
    await serveShared(store, shares, 'a', 'b')
    const property = fc.asyncProperty(wishes, async (all) => {
      const now = Date.now()
      const jobs = all.map(({ agedMs, ...wish }) => sampleJob({ ...wish, dueAt: now - agedMs }))
      await Promise.all(jobs.map((job) => accept(store, job)))
      const claimed = await claimAll(store)
      const queueOf = ({ operation, tenant }: Pick<Running, 'operation' | 'tenant'>): string =>
        `${operation} of ${tenant}`
      const byRank = jobs.toSorted(
        (a, b) =>
          rankOf(a.priority, a.dueAt) - rankOf(b.priority, b.dueAt) || (a.id < b.id ? -1 : 1),
      )
      const inQueues = (list: readonly Pick<Running, 'id' | 'operation' | 'tenant'>[]) =>
        Object.groupBy(
          list.map((job) => ({ id: job.id, queue: queueOf(job) })),
          ({ queue }) => queue,
        )
      expect(inQueues(claimed)).toEqual(inQueues(byRank))
    })
    await fc.assert(property, { numRuns: 20 })
  })

  it('tells how many stand before a job, other tenants with their turns included', async () => {
    await using store = await open()
    await serveShared(store, shares, 'a', 'b')
    const property = fc.asyncProperty(wishes, fc.nat({ max: 9 }), async (all, claimedBefore) => {
      await acceptAll(store, all)
      await claim(store, claimedBefore)
      const { items } = await store.jobs.list({ ...anyJob, tenant: 'acme' })
      const others = await Promise.all(
        ['bravo', 'default'].map((tenant) => store.jobs.list({ ...anyJob, tenant })),
      )
      const waiting = [...items, ...others.flatMap((page) => page.items)]
      const told = new Map<JobId, number | null>()
      for (const job of waiting) told.set(job.id, (await store.jobs.surroundings(job)).ahead)
      const seen: Record<string, number> = {}
      for (const { id, operation } of await claimAll(store)) {
        expect(told.get(id)).toBe(seen[operation] ?? 0)
        seen[operation] = (seen[operation] ?? 0) + 1
      }
    })
    await fc.assert(property, { numRuns: 20 })
  })

  it('keeps the keys of tenants apart', async () => {
    await using store = await open()
    await serve(store, 'render')
    await acceptAll(store, [
      { tenant: 'acme', key: 'k' },
      { tenant: 'bravo', key: 'k' },
      { tenant: 'acme', key: 'k' },
    ])
    const heads = await claim(store)
    expect(heads.map(({ tenant }) => tenant)).toEqual(['acme', 'bravo'])
    await Promise.all(heads.map((job) => succeed(store, job)))
    expect(await claimOne(store)).toMatchObject({ tenant: 'acme' })
    await expectSound(store)
  })

  it('gives no slot at once to one tenant while a job of another waits for it', async () => {
    await using store = await open()
    await serveShared(store, shares, 'render')
    const [waiting] = await acceptAll(store, [{ tenant: 'bravo' }])
    const second = sampleJob({ tenant: 'acme' })
    expect(await accept(store, second, { claimFor: node })).toMatchObject({
      job: { state: 'queued' },
    })
    expect((await claim(store)).map(({ id }) => id)).toEqual([waiting, second.id])
    const third = await accept(store, sampleJob({ tenant: 'acme' }), { claimFor: node })
    expect(third).toMatchObject({ job: { state: 'running' } })
  })

  it('knows again whose jobs wait when it is told other shares', async () => {
    await using store = await open()
    await serve(store, 'render')
    const ids = await acceptAll(store, [
      ...some(10, { tenant: 'acme' }),
      ...some(10, { tenant: 'bravo' }),
    ])
    const before = await claim(store, 10)
    expect(before.filter(({ tenant }) => tenant === 'acme')).toHaveLength(5)
    await serveShared(store, { acme: 4 }, 'render')
    const after = await claim(store, 5)
    expect(after.filter(({ tenant }) => tenant === 'acme')).toHaveLength(4)
    await serve(store, 'render')
    expect(await claim(store)).toHaveLength(5)
    expect(await read(store, ids[0] ?? failTest())).toMatchObject({ state: 'running' })
    await expectSound(store)
  })
}

const anyJob = {
  operation: null,
  states: ['queued'],
  tag: null,
  deadLetter: null,
  createdAfter: null,
  createdBefore: null,
  limit: 100,
  cursor: null,
} as const

function failTest(): never {
  throw new Error('The test has no such job.')
}
