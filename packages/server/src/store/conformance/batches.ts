import { describe, expect, it } from 'vitest'
import { batchState } from '../../core/batch.ts'
import { batchChannelSuite } from './batch-channel.ts'
import { batchKeySuite } from './batch-keys.ts'
import { batchRetentionSuite } from './batch-retention.ts'
import {
  batchOf,
  find,
  freshBatchId,
  plain,
  sampleBatch,
  submitted,
  tellings,
  zero,
} from './batch-sample.ts'
import {
  claim,
  expectSound,
  fail,
  minuteMs,
  sampleInput,
  serve,
  succeed,
  tenant,
  type OpenStore,
} from './sample.ts'

export function batchSuite(open: OpenStore): void {
  describe('accepting', () => {
    accepting(open)
  })
  describe('its channel', () => {
    batchChannelSuite(open)
  })
  describe('keys', () => {
    batchKeySuite(open)
  })
  describe('cancelling', () => {
    cancelling(open)
  })
  describe('retention', () => {
    batchRetentionSuite(open)
  })
}

function accepting(open: OpenStore): void {
  it('keeps its jobs in their order, with their inputs, for whoever claims', async () => {
    await using store = await open()
    await serve(store, 'render')
    const command = sampleBatch([{}, { key: 'k' }, { key: 'k' }, { dueAt: Date.now() + minuteMs }])
    const batch = batchOf(await store.batches.accept(command))
    expect(batch.jobs).toEqual(command.entries.map(({ job }) => job.id))
    expect(batch.tally).toEqual({ counts: { ...zero, queued: 4 }, hasStarted: false })
    expect(await find(store, batch.id)).toEqual(batch)
    const { claimed } = await store.leases.claim({ node: 'node-1', max: 10, except: [] })
    expect(claimed.map(({ job }) => job.id)).toEqual(batch.jobs.slice(0, 2))
    expect(claimed.map(({ input }) => input)).toEqual([sampleInput(), sampleInput()])
    expect(claimed.map(({ job }) => job.batch)).toEqual([batch.id, batch.id])
    await expectSound(store)
  })

  it('counts its jobs where they stand', async () => {
    await using store = await open()
    const batch = await submitted(store, plain(5))
    const [first, second, third] = await claim(store, 3)
    if (first === undefined || second === undefined || third === undefined) throw new Error('few')
    await succeed(store, first)
    await fail(store, second, null)
    const { tally } = await find(store, batch.id)
    const counts = { ...zero, queued: 2, running: 1, succeeded: 1, failed: 1 }
    expect(tally).toEqual({ counts, hasStarted: true })
    expect(batchState(tally)).toBe('running')
  })

  it('counts a thousand in less than 5 ms', async () => {
    await using store = await open()
    const batch = await submitted(store, plain(1_000))
    await Promise.all((await claim(store, 600)).map((job) => succeed(store, job)))
    const times: number[] = []
    for (let look = 0; look < 20; look += 1) {
      const began = performance.now()
      await store.batches.read(batch.id)
      times.push(performance.now() - began)
    }
    expect(times.toSorted((a, b) => a - b)[5]).toBeLessThan(5)
  })

  it('says of one that never was that it is unknown', async () => {
    await using store = await open()
    expect(await store.batches.read(freshBatchId())).toEqual({ kind: 'unknown' })
    const empty = { events: [], oldest: 1, last: 0 }
    expect(await store.events.read(tenant, 'batches/none', 0, 10)).toEqual(empty)
  })
}

function cancelling(open: OpenStore): void {
  it('ends what waits and tells what runs to stop, all at once', async () => {
    await using store = await open()
    const batch = await submitted(store, plain(4))
    const [done, runs] = await claim(store, 2)
    if (done === undefined || runs === undefined) throw new Error('few')
    await succeed(store, done)
    const cancelled = await store.batches.cancel(tenant, batch.id)
    expect(cancelled).toMatchObject({
      kind: 'changed',
      batch: { tally: { counts: { ...zero, succeeded: 1, running: 1, cancelled: 2 } } },
    })
    const { cancelled: told } = await store.leases.inspect([{ id: runs.id, fence: runs.fence }])
    expect(told).toHaveLength(1)
    expect(await store.batches.cancel('other', batch.id)).toEqual({ kind: 'unknown' })
    await store.batches.cancel(tenant, batch.id)
    await succeed(store, runs)
    expect((await store.batches.cancel(tenant, batch.id)).kind).toBe('ended')
    expect((await tellings(store, batch.id)).at(-1)).toMatchObject({ state: 'cancelled' })
    await expectSound(store)
  })
}
