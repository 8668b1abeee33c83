import { expect, it } from 'vitest'
import type { JobId } from '@buzzer/contract'
import type { Store } from '../../ports/store.ts'
import {
  accept,
  acceptAll,
  claim,
  claimOne,
  depthOf,
  expectSound,
  fail,
  freshId,
  minuteMs,
  read,
  running,
  sampleJob,
  sampleResult,
  serve,
  settle,
  stateOf,
  succeed,
  tenant,
  type OpenStore,
} from './sample.ts'

const error = { code: 'upstream-failed', detail: 'It said so.' }

const finish = (store: Store, id: JobId, run = 1) =>
  store.jobs.finish({ id, run, error: null, result: sampleResult() })

const park = (store: Store, job: Awaited<ReturnType<typeof running>>) => {
  const dueAt = Date.now() + minuteMs
  return settle(store, job, { kind: 'park', monitor: { hook: 'done', giveUpAt: dueAt }, dueAt })
}

export function finishingSuite(open: OpenStore): void {
  it('ends a parked job with its result and one event, and keeps that it was awaited', async () => {
    await using store = await open()
    const job = await running(store)
    await park(store, job)
    expect(await read(store, job.id)).toMatchObject({ state: 'parked', monitor: { hook: 'done' } })
    const finished = await finish(store, job.id)
    expect(finished).toMatchObject({ kind: 'changed', job: { state: 'succeeded' } })
    expect(finished).toEqual({ kind: 'changed', job: await read(store, job.id) })
    expect(await store.payloads.result(job.id)).toEqual(sampleResult())
    const { events } = await store.events.read(tenant, 'operations/render', 0, 10)
    expect(events).toMatchObject([{ job: job.id, state: 'succeeded', attempt: 1 }])
    expect(await depthOf(store)).toMatchObject({ running: 0, parked: 0, ready: 0 })
    await expectSound(store)
  })

  it('fails one, with the attempt among those that failed', async () => {
    await using store = await open()
    const job = await running(store)
    await park(store, job)
    const failed = await store.jobs.finish({ id: job.id, run: 1, error, result: null })
    expect(failed).toMatchObject({ job: { state: 'failed', error, deadLetter: false } })
    expect(await store.payloads.failures(job.id)).toMatchObject([{ attempt: 1, error }])
    expect(await store.payloads.result(job.id)).toBeNull()
    await expectSound(store)
  })

  it('ends one that is still held: the first outcome wins, the other changes nothing', async () => {
    await using store = await open()
    const early = await running(store)
    expect(await finish(store, early.id)).toMatchObject({ kind: 'changed' })
    expect(await park(store, early)).toBe('lease-lost')
    expect(await succeed(store, early)).toBe('lease-lost')
    expect(await stateOf(store, early.id)).toBe('succeeded')
    const { lost } = await store.leases.inspect([{ id: early.id, fence: early.fence }])
    expect(lost).toEqual([{ id: early.id, fence: early.fence }])
    const late = await running(store)
    await succeed(store, late)
    const before = await read(store, late.id)
    expect(await store.jobs.finish({ id: late.id, run: 1, error, result: null })).toEqual({
      kind: 'refused',
      reason: 'job-finished',
      job: before,
    })
    expect(await read(store, late.id)).toEqual(before)
    expect(await depthOf(store)).toMatchObject({ running: 0, ready: 0 })
    await expectSound(store)
  })

  it('ends one whose call is to be made again', async () => {
    await using store = await open()
    const job = await running(store)
    await fail(store, job, Date.now() + minuteMs)
    expect(await finish(store, job.id)).toMatchObject({ kind: 'changed' })
    expect(await claim(store)).toEqual([])
    expect(await depthOf(store)).toMatchObject({ delayed: 0 })
    await expectSound(store)
  })

  it('lets the next job of its key go', async () => {
    await using store = await open()
    await serve(store, 'render')
    const [first, second] = await acceptAll(store, [{ key: 'k' }, { key: 'k' }])
    const job = await claimOne(store)
    await park(store, job)
    expect(await claim(store)).toEqual([])
    expect(job.id).toBe(first)
    await finish(store, job.id)
    expect((await claim(store)).map(({ id }) => id)).toEqual([second])
    await expectSound(store)
  })

  it('says nothing of another run, nor of a job that never was', async () => {
    await using store = await open()
    await serve(store, 'render')
    const job = sampleJob({ maxAttempts: 1 })
    await accept(store, job)
    await fail(store, await claimOne(store), null)
    await store.jobs.retry(tenant, job.id)
    expect(await finish(store, job.id, 1)).toMatchObject({ kind: 'refused' })
    expect(await stateOf(store, job.id)).toBe('queued')
    expect(await finish(store, job.id, 2)).toMatchObject({ kind: 'changed' })
    expect(await finish(store, freshId())).toEqual({ kind: 'unknown' })
    await expectSound(store)
  })

  it('is one of many at the same time that wins', async () => {
    await using store = await open()
    const job = await running(store)
    const answers = await Promise.all([
      ...Array.from({ length: 20 }, () => finish(store, job.id)),
      park(store, job),
    ])
    const kinds = answers.map((answer) => (typeof answer === 'string' ? answer : answer.kind))
    expect(kinds.filter((kind) => kind === 'changed')).toHaveLength(1)
    await expectSound(store)
  })
}
