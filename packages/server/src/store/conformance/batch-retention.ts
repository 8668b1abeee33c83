import { expect, it } from 'vitest'
import type { Retention, Store } from '../../ports/store.ts'
import {
  batchOf,
  find,
  keyed,
  plain,
  sampleBatch,
  submitted,
  tellings,
  zero,
} from './batch-sample.ts'
import {
  claim,
  claimOne,
  expectSound,
  minuteMs,
  serve,
  succeed,
  tenant,
  type OpenStore,
} from './sample.ts'

const keep: Retention = {
  jobsMs: minuteMs,
  tombstonesMs: minuteMs,
  eventsMs: minuteMs,
  deliveriesMs: minuteMs,
}
const past = -minuteMs

async function retainAll(store: Store, terms: Retention): Promise<void> {
  for (;;) if (!(await store.upkeep.retain(terms, 100)).more) return
}

export function batchRetentionSuite(open: OpenStore): void {
  it('knows its keys for as long as they said, also where nothing else is left', async () => {
    await using store = await open()
    await serve(store, 'render')
    const wishes = [{ idempotency: keyed('j') }]
    const whole = { idempotency: keyed('b') }
    await store.batches.accept(sampleBatch(wishes, whole))
    await succeed(store, await claimOne(store))
    await retainAll(store, { ...keep, jobsMs: past, eventsMs: past, deliveriesMs: past })
    const accept = (...given: Parameters<typeof sampleBatch>) =>
      store.batches.accept(sampleBatch(...given))
    expect(await accept(wishes, whole)).toEqual({ kind: 'key-expired' })
    expect(await accept([{}, ...wishes])).toEqual({ kind: 'job-keys-expired', places: [1] })
    expect(await accept(wishes, { idempotency: keyed('b', 2) })).toEqual({ kind: 'key-reused' })
    expect(await accept([{ idempotency: keyed('j', 2) }])).toEqual({
      kind: 'job-keys-reused',
      places: [0],
    })
  })

  it('goes with its last job, and leaves a tombstone', async () => {
    await using store = await open()
    const batch = await submitted(store, [{}, { dueAt: Date.now() + minuteMs }])
    await succeed(store, await claimOne(store))
    await retainAll(store, { ...keep, jobsMs: past, eventsMs: past, deliveriesMs: past })
    const left = await find(store, batch.id)
    expect(left.jobs).toEqual(batch.jobs)
    // The row of the first is gone; how it ended is known still.
    expect(left.tally).toEqual({ counts: { ...zero, queued: 1, succeeded: 1 }, hasStarted: true })
    await store.batches.cancel(tenant, batch.id)
    await retainAll(store, { ...keep, jobsMs: past })
    await retainAll(store, { ...keep, jobsMs: past })
    expect(await store.batches.read(batch.id)).toEqual({ kind: 'expired', tenant })
    expect(await store.batches.cancel(tenant, batch.id)).toEqual({ kind: 'expired' })
    expect(await tellings(store, batch.id)).toEqual([])
    await expectSound(store)
    await retainAll(store, { ...keep, tombstonesMs: past })
    expect(await store.batches.read(batch.id)).toEqual({ kind: 'unknown' })
  })

  it('lets its key stand for a new batch when its time is over', async () => {
    await using store = await open()
    const over = { ...keyed('b'), expiresAt: Date.now() - 1 }
    const first = await store.batches.accept(sampleBatch(plain(1), { idempotency: over }))
    const second = await store.batches.accept(sampleBatch(plain(1), { idempotency: keyed('b', 2) }))
    expect(second.kind).toBe('accepted')
    expect(batchOf(second).id).not.toBe(batchOf(first).id)
  })

  it('removes many in small steps', async () => {
    await using store = await open()
    await serve(store, 'render')
    for (let count = 0; count < 20; count += 1) {
      await store.batches.accept(sampleBatch(plain(50)))
    }
    const jobs = await claim(store, 1_000)
    await Promise.all(jobs.map((job) => succeed(store, job)))
    await retainAll(store, { ...keep, jobsMs: past })
    const [one] = jobs
    expect(one?.batch).not.toBeNull()
    await retainAll(store, { ...keep, jobsMs: past })
    for (const id of new Set(jobs.map(({ batch }) => batch))) {
      if (id !== null) expect((await store.batches.read(id)).kind).toBe('expired')
    }
    await expectSound(store)
  })
}
