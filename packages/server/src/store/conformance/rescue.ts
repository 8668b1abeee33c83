import { expect, it, vi } from 'vitest'
import type { Rescued, ServedOperation, Store } from '../../ports/store.ts'
import {
  acceptAll,
  claim,
  claimOne,
  depthOf,
  expectSound,
  minuteMs,
  read,
  serve,
  settle,
  succeed,
  tenant,
  terms,
  type OpenStore,
} from './sample.ts'

/** Leases that have ended as soon as they are given, so that no test has to wait for one. */
const brief: ServedOperation = terms('render', { leaseMs: 0 })

/** All that is to be rescued, when something is. */
const rescue = async (store: Store, limit = 100): Promise<Rescued> =>
  vi.waitFor(async () => {
    const rescued = await store.upkeep.rescue(limit)
    if (rescued.jobs.length === 0) throw new Error('Nothing was rescued.')
    return rescued
  }, patience)

const patience = { timeout: 20_000 }

export function rescueSuite(open: OpenStore): void {
  it('gives a job whose lease ended to the next worker, at no cost of an attempt', async () => {
    await using store = await open()
    await serve(store, brief)
    const [id] = await acceptAll(store, [{}])
    const lost = await claimOne(store)
    const { jobs } = await rescue(store)
    expect(jobs).toMatchObject([
      { job: { id, state: 'queued', attempt: 0, leasesLost: 1, voidedAt: 3 }, why: 'lease' },
    ])
    await serve(store, 'render')
    expect(await succeed(store, lost)).toBe('lease-lost')
    const again = await claimOne(store)
    expect(again).toMatchObject({ id, attempt: 1, fence: 2, voidedAt: 3 })
    expect(await store.upkeep.rescue(100)).toEqual({ jobs: [], more: false })
    expect(await succeed(store, again)).toBe('settled')
    await expectSound(store)
  })

  it('ends a job that loses one worker after the other', async () => {
    await using store = await open()
    await serve(store, brief)
    const [id] = await acceptAll(store, [{}])
    for (let lost = 0; lost < 6; lost += 1) {
      await claimOne(store)
      await rescue(store)
    }
    expect(await claim(store)).toEqual([])
    expect(id === undefined ? null : await read(store, id)).toMatchObject({
      state: 'failed',
      deadLetter: true,
      leasesLost: 6,
    })
    await expectSound(store)
  })

  it('ends a job whose cancel was asked for, and parks one with a monitor again', async () => {
    await using store = await open()
    await serve(store, brief)
    await acceptAll(store, [{}, {}])
    const [first, second] = await claim(store)
    if (first === undefined || second === undefined) throw new Error('Two were to be claimed.')
    await store.jobs.cancel(tenant, first.id)
    const monitor = { url: 'http://up/1', polls: 0, giveUpAt: Date.now() + minuteMs }
    await settle(store, second, { kind: 'park', monitor, dueAt: Date.now() - 1 })
    expect(await claim(store)).toMatchObject([{ id: second.id, monitor }])
    await vi.waitFor(async () => {
      await store.upkeep.rescue(100)
      expect(await read(store, first.id)).toMatchObject({ state: 'cancelled' })
      expect(await read(store, second.id)).toMatchObject({ state: 'parked', monitor })
    }, patience)
    await expectSound(store)
  })

  it('fails what is past its deadline wherever it waits, and lets its key go', async () => {
    await using store = await open()
    await serve(store, 'render')
    const deadlineAt = Date.now() - 1
    await acceptAll(store, [
      { deadlineAt },
      { deadlineAt, dueAt: Date.now() + minuteMs },
      { key: 'k', deadlineAt },
      { key: 'k', deadlineAt },
      { key: 'k' },
    ])
    const { jobs, more } = await rescue(store)
    expect(more).toBe(false)
    expect(jobs.map(({ why }) => why)).toEqual(['deadline', 'deadline', 'deadline', 'deadline'])
    expect(jobs.map(({ job }) => job)).toEqual(
      await Promise.all(jobs.map(({ job }) => read(store, job.id))),
    )
    expect(await depthOf(store)).toMatchObject({ ready: 1, delayed: 0, blocked: 0 })
    expect(await claim(store)).toMatchObject([{ key: 'k', deadlineAt: null }])
    await expectSound(store)
  })

  it('works through more than one page', async () => {
    await using store = await open()
    await serve(store, brief)
    const wishes = Array.from({ length: 25 }, (_, index) =>
      index % 2 === 0 ? {} : { deadlineAt: Date.now() - 1 },
    )
    const ids = await acceptAll(store, wishes)
    await claim(store)
    const rescued: string[] = []
    await vi.waitFor(async () => {
      const { jobs } = await store.upkeep.rescue(10)
      expect(jobs.length).toBeLessThanOrEqual(10)
      rescued.push(...jobs.map(({ job }) => job.id))
      expect(rescued).toHaveLength(ids.length)
    }, patience)
    expect(rescued.toSorted()).toEqual(ids.toSorted())
    await expectSound(store)
  })
}
