import { expect, it } from 'vitest'
import type { JobQuery, Store } from '../../ports/store.ts'
import {
  accept,
  acceptAll,
  claimOne,
  fail,
  freshId,
  minuteMs,
  sampleJob,
  serve,
  succeed,
  tenant,
  type OpenStore,
} from './sample.ts'

const anything: JobQuery = {
  tenant,
  operation: null,
  states: null,
  tag: null,
  deadLetter: null,
  createdAfter: null,
  createdBefore: null,
  limit: 100,
  cursor: null,
}

async function list(store: Store, query: Partial<JobQuery>): Promise<readonly string[]> {
  const ids: string[] = []
  let cursor: string | null = null
  do {
    const page = await store.jobs.list({ ...anything, ...query, cursor })
    ids.push(...page.items.map(({ id }) => id))
    cursor = page.next
  } while (cursor !== null)
  return ids
}

export function readingSuite(open: OpenStore): void {
  it('does not know a job that never was', async () => {
    await using store = await open()
    expect(await store.jobs.read(freshId())).toEqual({ kind: 'unknown' })
  })

  it('lists newest first, in pages without gaps or repeats', async () => {
    await using store = await open()
    const ids = await acceptAll(
      store,
      Array.from({ length: 25 }, () => ({})),
    )
    for (const limit of [1, 7, 25, 100]) {
      expect(await list(store, { limit })).toEqual(ids.toReversed())
    }
  })

  it('lists only what is asked for', async () => {
    await using store = await open()
    await serve(store, 'render')
    const long = Date.now() - 90 * minuteMs
    const [done, dead] = await acceptAll(store, [{}, { maxAttempts: 1 }])
    await succeed(store, await claimOne(store))
    await fail(store, await claimOne(store), Date.now())
    const [other, tagged, foreign, held] = await acceptAll(store, [
      { operation: 'print' },
      { tags: ['night', 'x'], dueAt: Date.now() + minuteMs },
      { tenant: 'other' },
      { priority: 0 },
    ])
    await claimOne(store)
    expect(await list(store, {})).toEqual([held, tagged, other, dead, done])
    expect(await list(store, { tenant: 'other' })).toEqual([foreign])
    expect(await list(store, { operation: 'print' })).toEqual([other])
    expect(await list(store, { states: ['succeeded', 'failed'] })).toEqual([dead, done])
    expect(await list(store, { states: ['queued'] })).toEqual([tagged, other])
    expect(await list(store, { states: ['running'] })).toEqual([held])
    expect(await list(store, { tag: 'x' })).toEqual([tagged])
    expect(await list(store, { deadLetter: true })).toEqual([dead])
    expect(await list(store, { deadLetter: false, states: ['failed'] })).toEqual([])
    expect(await list(store, { createdBefore: long })).toEqual([])
    expect(await list(store, { createdAfter: long })).toHaveLength(5)
  })

  it('goes through many that do not match without holding everything up', async () => {
    await using store = await open()
    const rare = sampleJob({ tags: ['rare'] })
    await accept(store, rare)
    const many = Array.from({ length: 6_000 }, () => ({}))
    await acceptAll(store, many)
    const first = await store.jobs.list({ ...anything, tag: 'rare' })
    expect(first.items).toEqual([])
    expect(first.next).not.toBeNull()
    expect(await list(store, { tag: 'rare' })).toEqual([rare.id])
  })
}
