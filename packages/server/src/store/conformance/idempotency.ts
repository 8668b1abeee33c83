import { expect, it } from 'vitest'
import type { IdempotencyClaim, Retention } from '../../ports/store.ts'
import {
  accept,
  claimOne,
  depthOf,
  expectSound,
  jobOf,
  minuteMs,
  node,
  sampleJob,
  serve,
  stateOf,
  succeed,
  tenant,
  type OpenStore,
} from './sample.ts'

const keyed = (key: string, hash = 1, expiresAt = Date.now() + minuteMs): IdempotencyClaim => ({
  key,
  requestHash: new Uint8Array(16).fill(hash),
  expiresAt,
})

export function idempotencySuite(open: OpenStore): void {
  it('stores one job for a hundred same submissions at once, and answers all with it', async () => {
    await using store = await open()
    await serve(store, 'render')
    const acceptances = await Promise.all(
      Array.from({ length: 100 }, () =>
        accept(store, sampleJob(), { idempotency: keyed('k'), claimFor: node }),
      ),
    )
    expect(new Set(acceptances.map((each) => jobOf(each).id)).size).toBe(1)
    expect(acceptances.map(({ kind }) => kind).toSorted()).toEqual([
      'accepted',
      ...Array.from({ length: 99 }, () => 'replayed'),
    ])
    expect(await depthOf(store)).toMatchObject({ ready: 0, running: 1 })
    await expectSound(store)
  })

  it('answers with the job as it is by then', async () => {
    await using store = await open()
    await serve(store, 'render')
    await accept(store, sampleJob(), { idempotency: keyed('k') })
    const job = await claimOne(store)
    await succeed(store, job)
    const again = await accept(store, sampleJob(), { idempotency: keyed('k') })
    expect(again).toMatchObject({ kind: 'replayed', job: { id: job.id, state: 'succeeded' } })
  })

  it('refuses another request with the same key', async () => {
    await using store = await open()
    const first = sampleJob()
    await accept(store, first, { idempotency: keyed('k', 1) })
    const job = sampleJob()
    expect(await accept(store, job, { idempotency: keyed('k', 2) })).toEqual({ kind: 'key-reused' })
    expect(await store.jobs.read(job.id)).toEqual({ kind: 'unknown' })
    expect(await stateOf(store, first.id)).toBe('queued')
  })

  it.each([
    ['tenant', { tenant: 'other' }],
    ['operation', { operation: 'print' }],
  ])('keeps the keys of each %s apart', async (_, wish) => {
    await using store = await open()
    await accept(store, sampleJob(), { idempotency: keyed('k') })
    const other = await accept(store, sampleJob(wish), { idempotency: keyed('k', 2) })
    expect(other.kind).toBe('accepted')
  })

  it('knows a key for as long as it said, also where its job is past its retention', async () => {
    await using store = await open()
    await serve(store, 'render')
    await accept(store, sampleJob(), { idempotency: keyed('k') })
    await succeed(store, await claimOne(store))
    const later: Retention = {
      jobsMs: -minuteMs,
      tombstonesMs: minuteMs,
      eventsMs: minuteMs,
      deliveriesMs: minuteMs,
    }
    expect(await store.upkeep.retain(later, 10)).toMatchObject({ jobs: 1 })
    const again = sampleJob()
    expect(await accept(store, again, { idempotency: keyed('k') })).toEqual({ kind: 'key-expired' })
    expect(await accept(store, again, { idempotency: keyed('k', 2) })).toEqual({
      kind: 'key-reused',
    })
    expect(await store.jobs.read(again.id)).toEqual({ kind: 'unknown' })
  })

  it('takes a key anew when its time is over, and not when its job was erased', async () => {
    await using store = await open()
    await serve(store, 'render')
    await accept(store, sampleJob(), { idempotency: keyed('old', 1, Date.now() - 1) })
    const second = await accept(store, sampleJob(), { idempotency: keyed('old', 2) })
    expect(second.kind).toBe('accepted')
    const third = await accept(store, sampleJob(), { idempotency: keyed('old', 2) })
    expect(jobOf(third).id).toBe(jobOf(second).id)

    await succeed(store, await claimOne(store))
    const job = await claimOne(store)
    await succeed(store, job)
    expect(await store.jobs.erase(tenant, job.id)).toBe('erased')
    const fourth = await accept(store, sampleJob(), { idempotency: keyed('old', 3) })
    expect(fourth.kind).toBe('key-reused')
    expect(await accept(store, sampleJob(), { idempotency: keyed('old', 2) })).toEqual({
      kind: 'key-expired',
    })
    await expectSound(store)
  })
}
