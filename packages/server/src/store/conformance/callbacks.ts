import { expect, it } from 'vitest'
import type { Callback } from '../../core/callback.ts'
import type { Store } from '../../ports/store.ts'
import { plain, sampleBatch } from './batch-sample.ts'
import {
  claimLane,
  deliveryTo,
  drain,
  everyDelivery,
  freshDeliveryId,
  names,
  nameOf,
  sampleMessage,
} from './delivery-sample.ts'
import {
  accept,
  claimOne,
  expectSound,
  fail,
  minuteMs,
  running,
  sampleJob,
  serve,
  succeed,
  tenant,
  type OpenStore,
} from './sample.ts'
import type { JobId } from '@buzzer/contract'

const callback = (events: Callback['events']): Callback => ({
  url: 'https://caller.test/done',
  events,
  sealedSecret: 'sealed',
})

const read = async (store: Store) => names(await store.fanOut.read(1_000))

/** Fails once, is tried again and succeeds; on its way it puts something out. */
async function live(store: Store, events: Callback['events']) {
  await serve(store, 'render')
  const job = sampleJob()
  await accept(store, job, { callback: callback(events) })
  await fail(store, await claimOne(store), Date.now())
  const held = await claimOne(store)
  const lease = { id: held.id, fence: held.fence }
  const version = held.version + 1
  const piece = { version, attempt: 2, index: 0, at: 1, json: '"a"' }
  const note = { lease, version, progress: null, pieces: [piece] }
  await store.leases.note(note)
  await store.leases.note(note)
  await succeed(store, { ...held, version })
  return job
}

const told = {
  final: ['running succeeded'],
  states: [
    'none queued',
    'queued running',
    'running queued',
    'queued running',
    'running succeeded',
  ],
  all: [
    'none queued',
    'queued running',
    'running queued',
    'queued running',
    'running running',
    'piece "a"',
    'running succeeded',
  ],
} as const

export function callbackSuite(open: OpenStore): void {
  it.each(['final', 'states', 'all'] as const)(
    'tells what a callback for %s asks for',
    async (events) => {
      await using store = await open()
      await live(store, events)
      const { entries } = await store.fanOut.read(100)
      expect(entries.map(nameOf)).toEqual(told[events])
      for (const entry of entries) expect(entry).toMatchObject({ callback: callback(events) })
      expect((await drain(store, 2)).map(nameOf)).toEqual(told[events])
      await expectSound(store)
    },
  )

  it('gives jobs as they were and became', async () => {
    await using store = await open()
    const job = await running(store, { tags: ['a'] }, { callback: callback('states') })
    const { entries } = await store.fanOut.read(100)
    expect(entries.at(-1)).toMatchObject({ kind: 'job', after: job, before: { state: 'queued' } })
  })

  it('says nothing of jobs without one, nor of one that was found by its key', async () => {
    await using store = await open()
    const idempotency = {
      key: 'k',
      requestHash: new Uint8Array(16),
      expiresAt: Date.now() + minuteMs,
    }
    await accept(store, sampleJob(), { idempotency })
    await accept(store, sampleJob(), { idempotency, callback: callback('all') })
    expect(await read(store)).toEqual([])
    await expectSound(store)
  })

  it('says nothing of a time that has come, and each outcome of a job that is run again', async () => {
    await using store = await open()
    await serve(store, 'render')
    const job = sampleJob({ dueAt: Date.now() + 5 })
    await accept(store, job, { callback: callback('final') })
    await new Promise((resolve) => setTimeout(resolve, 10))
    await fail(store, await claimOne(store), null)
    await store.jobs.retry(tenant, job.id)
    await store.jobs.cancel(tenant, job.id)
    expect(await read(store)).toEqual(['running failed', 'queued cancelled'])
  })

  it('tells the callback of a batch what is on its channel', async () => {
    await using store = await open()
    await serve(store, 'render')
    const batch = sampleBatch(plain(2), { callback: callback('final') })
    await store.batches.accept(batch)
    await succeed(store, await claimOne(store))
    await succeed(store, await claimOne(store))
    const ends = ['1 outcome', '2 outcome', '3 batch-end'].map((end) => `${batch.id} ${end}`)
    expect(await read(store)).toEqual(ends)
    await store.batches.accept(sampleBatch(plain(1)))
    await succeed(store, await claimOne(store))
    expect(await read(store)).toEqual(ends)
    await expectSound(store)
  })

  const delivered = async (store: Store, id: JobId) => {
    const delivery = deliveryTo('whk_x' as never, { target: { kind: 'callback', id }, lane: 'c' })
    const messages = [sampleMessage([delivery], { job: id })]
    const { move } = await store.fanOut.read(100)
    return store.fanOut.write({ move, createdAt: Date.now(), messages })
  }

  it('hands out the callback with a delivery, and nothing of an erased job', async () => {
    await using store = await open()
    const { id } = await live(store, 'final')
    expect(await delivered(store, id)).toEqual({ skipped: [] })
    const query = { ...everyDelivery, job: id }
    expect((await store.deliveries.list(query)).items).toMatchObject([
      { callbackUrl: callback('final').url },
    ])
    expect(await store.jobs.erase(tenant, id)).toBe('erased')
    const { claimed } = await claimLane(store, 'c')
    expect(claimed).toMatchObject([{ callback: null, message: { body: null } }])
    const [item] = (await store.deliveries.list(query)).items
    expect(item).toMatchObject({ callbackUrl: null })
    const skipped = { target: { kind: 'callback', id }, id: freshDeliveryId() } as const
    const messages = [sampleMessage([deliveryTo('whk_x' as never, skipped)])]
    const step = { move: null, createdAt: 1, messages }
    expect(await store.fanOut.write(step)).toEqual({ skipped: [skipped.id] })
    await expectSound(store)
  })

  it('keeps the callback of a job that is past its retention while it has a delivery', async () => {
    await using store = await open()
    const { id } = await live(store, 'final')
    await delivered(store, id)
    const keep = { jobsMs: minuteMs, tombstonesMs: minuteMs, eventsMs: minuteMs }
    await store.upkeep.retain({ ...keep, jobsMs: -minuteMs, deliveriesMs: -minuteMs }, 100)
    expect(await store.jobs.read(id)).toMatchObject({ kind: 'expired' })
    expect((await claimLane(store, 'c')).claimed).toMatchObject([{ callback: callback('final') }])
    await expectSound(store)
  })
}
