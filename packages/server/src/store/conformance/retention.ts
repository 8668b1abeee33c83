import { expect, it } from 'vitest'
import type { Retention } from '../../ports/store.ts'
import {
  accept,
  acceptAll,
  claim,
  claimOne,
  expectSound,
  minuteMs,
  running,
  sampleInput,
  sampleJob,
  serve,
  stateOf,
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
/** So that everything that has ended is past it. */
const past = -minuteMs

export function retentionSuite(open: OpenStore): void {
  it('leaves a tombstone of a job that is past its retention, and then nothing', async () => {
    await using store = await open()
    const job = await running(store)
    await succeed(store, job)
    const nothing = {
      jobs: 0,
      tombstones: 0,
      events: 0,
      idempotencyKeys: 0,
      deliveries: 0,
      more: false,
    }
    expect(await store.upkeep.retain(keep, 10)).toEqual(nothing)
    expect(await store.upkeep.retain({ ...keep, jobsMs: past }, 10)).toEqual({
      ...nothing,
      jobs: 1,
    })
    expect(await store.jobs.read(job.id)).toEqual({ kind: 'expired', tenant })
    expect(await store.payloads.result(job.id)).toBeNull()
    expect(await store.jobs.retry(tenant, job.id)).toEqual({ kind: 'expired' })
    expect(await store.jobs.cancel('other', job.id)).toEqual({ kind: 'unknown' })
    await expectSound(store)
    await store.upkeep.retain({ ...keep, tombstonesMs: past }, 10)
    expect(await store.jobs.read(job.id)).toEqual({ kind: 'unknown' })
  })

  it('works in batches and says when there is more', async () => {
    await using store = await open()
    await serve(store, 'render')
    await acceptAll(
      store,
      Array.from({ length: 25 }, () => ({})),
    )
    await Promise.all((await claim(store)).map((job) => succeed(store, job)))
    const retention = { ...keep, jobsMs: past, eventsMs: past, deliveriesMs: past }
    const steps = []
    do steps.push(await store.upkeep.retain(retention, 10))
    while (steps.at(-1)?.more === true)
    expect(steps.map(({ jobs }) => jobs)).toEqual([10, 10, 5])
    expect(steps.map(({ events }) => events)).toEqual([10, 10, 5])
    await expectSound(store)
  })

  it('never touches what has not ended, however old it is', async () => {
    await using store = await open()
    await serve(store, 'render')
    const job = sampleJob({ createdAt: 1 })
    await accept(store, job, { input: sampleInput() })
    const all = { jobsMs: past, tombstonesMs: past, eventsMs: past, deliveriesMs: past }
    expect(await store.upkeep.retain(all, 10)).toMatchObject({ jobs: 0 })
    expect(await stateOf(store, job.id)).toBe('queued')
    const { claimed } = await store.leases.claim({ node: 'node-1', max: 1, except: [] })
    expect(claimed).toMatchObject([{ input: sampleInput() }])
    expect(await store.upkeep.retain(all, 10)).toMatchObject({ jobs: 0 })
  })

  it('removes idempotency keys whose time is over, and only those', async () => {
    await using store = await open()
    await serve(store, 'render')
    const requestHash = new Uint8Array(16)
    for (const [key, expiresAt] of [
      ['old', Date.now() - 1],
      ['new', Date.now() + minuteMs],
    ] as const) {
      await accept(store, sampleJob(), { idempotency: { key, requestHash, expiresAt } })
    }
    expect(await store.upkeep.retain(keep, 10)).toMatchObject({ idempotencyKeys: 1 })
    const idempotency = { key: 'new', requestHash, expiresAt: Date.now() + minuteMs }
    const again = await accept(store, sampleJob(), { idempotency })
    expect(again.kind).toBe('replayed')
    expect(await claimOne(store)).toMatchObject({ state: 'running' })
    await store.upkeep.ping()
    await expectSound(store)
  })
}
