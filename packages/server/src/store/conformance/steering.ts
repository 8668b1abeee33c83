import { expect, it } from 'vitest'
import {
  accept,
  acceptAll,
  claimOne,
  depthOf,
  expectSound,
  fail,
  freshId,
  minuteMs,
  read,
  running,
  sampleInput,
  sampleJob,
  serve,
  settle,
  succeed,
  tenant,
  type OpenStore,
} from './sample.ts'

export function steeringSuite(open: OpenStore): void {
  it('cancels what nobody runs at once, and says so to a second one', async () => {
    await using store = await open()
    const [ready, delayed] = await acceptAll(store, [{}, { dueAt: Date.now() + minuteMs }])
    for (const id of [ready, delayed]) {
      if (id === undefined) continue
      const cancelled = await store.jobs.cancel(tenant, id)
      expect(cancelled).toMatchObject({ kind: 'changed', job: { state: 'cancelled', version: 2 } })
      const job = await read(store, id)
      expect(cancelled).toEqual({ kind: 'changed', job })
      const again = await store.jobs.cancel(tenant, id)
      expect(again).toEqual({ kind: 'refused', reason: 'job-finished', job })
    }
    expect(await depthOf(store)).toMatchObject({ ready: 0, delayed: 0 })
    await expectSound(store)
  })

  it('only marks a running job, and ends a parked one', async () => {
    await using store = await open()
    const job = await running(store)
    expect(await store.jobs.cancel(tenant, job.id)).toEqual({
      kind: 'changed',
      job: { ...job, cancelRequested: true },
    })
    expect(await settle(store, job, { kind: 'stop' })).toBe('settled')

    const parked = await running(store)
    const monitor = { url: 'http://up/1', polls: 0, giveUpAt: 9 }
    await settle(store, parked, { kind: 'park', monitor, dueAt: Date.now() + minuteMs })
    await store.jobs.cancel(tenant, parked.id)
    expect(await read(store, parked.id)).toMatchObject({ state: 'cancelled' })
    expect(await depthOf(store)).toMatchObject({ running: 0, parked: 0 })
    await expectSound(store)
  })

  it('opens another run of a failed job, with its input and fresh attempts', async () => {
    await using store = await open()
    await serve(store, 'render')
    const job = sampleJob({ maxAttempts: 1 })
    const input = sampleInput()
    await accept(store, job, { input })
    const failed = await claimOne(store)
    const error = { code: 'handler-failed', detail: 'no' }
    const failure = { run: 1, attempt: 1, startedAt: 1, finishedAt: 2, error }
    await settle(store, failed, { kind: 'fail', error, retryAt: null }, { failure })
    expect(await store.jobs.retry(tenant, job.id)).toMatchObject({
      kind: 'changed',
      job: { state: 'queued', run: 2, attempt: 0 },
    })
    expect(await store.payloads.failures(job.id)).toEqual([])
    const { claimed } = await store.leases.claim({ node: 'node-1', max: 1, except: [] })
    expect(claimed).toMatchObject([{ job: { id: job.id, run: 2, attempt: 1, fence: 2 }, input }])
    expect(await settle(store, failed, { kind: 'succeed' })).toBe('lease-lost')
    await expectSound(store)
  })

  it('retries only what failed', async () => {
    await using store = await open()
    const job = await running(store)
    const reason = 'job-not-failed'
    expect(await store.jobs.retry(tenant, job.id)).toMatchObject({ kind: 'refused', reason })
    await succeed(store, job)
    expect(await store.jobs.retry(tenant, job.id)).toMatchObject({ kind: 'refused', reason })
  })

  it('erases only what has ended, with all payloads and without a trace', async () => {
    await using store = await open()
    const job = await running(store)
    expect(await store.jobs.erase(tenant, job.id)).toBe('job-not-finished')
    await succeed(store, job)
    expect(await store.jobs.erase(tenant, job.id)).toBe('erased')
    expect(await store.jobs.read(job.id)).toEqual({ kind: 'unknown' })
    expect(await store.payloads.input(job.id)).toBeNull()
    expect(await store.payloads.result(job.id)).toBeNull()
    expect(await store.jobs.erase(tenant, job.id)).toBe('job-not-found')
    await expectSound(store)
  })

  it("answers for another tenant's job as for one that never was", async () => {
    await using store = await open()
    const job = await running(store)
    await fail(store, job, null)
    for (const id of [job.id, freshId()]) {
      expect(await store.jobs.cancel('other', id)).toEqual({ kind: 'unknown' })
      expect(await store.jobs.retry('other', id)).toEqual({ kind: 'unknown' })
      expect(await store.jobs.erase('other', id)).toBe('job-not-found')
    }
    expect(await read(store, job.id)).toMatchObject({ state: 'failed' })
  })
}
