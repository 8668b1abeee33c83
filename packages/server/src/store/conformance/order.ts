import type { JobId } from '@buzzer/contract'
import { expect, it, vi } from 'vitest'
import {
  acceptAll,
  claim,
  claimOne,
  depthOf,
  expectSound,
  fail,
  minuteMs,
  read,
  serve,
  settle,
  stateOf,
  succeed,
  tenant,
  type OpenStore,
} from './sample.ts'

export function orderSuite(open: OpenStore): void {
  it('runs jobs of one key one at a time in the order in which they came', async () => {
    await using store = await open()
    await serve(store, 'render')
    const ids = await acceptAll(store, [
      { key: 'k', priority: 9 },
      { key: 'k', priority: 0 },
      { key: 'k' },
      { key: 'other' },
    ])
    expect(await depthOf(store)).toMatchObject({ ready: 2, blocked: 2 })
    for (const id of ids.slice(0, 3)) {
      const claimed = await claim(store)
      const job = claimed.find(({ key }) => key === 'k')
      expect(job?.id).toBe(id)
      await Promise.all(claimed.map((each) => succeed(store, each)))
    }
    expect(await depthOf(store)).toMatchObject({ ready: 0, blocked: 0, running: 0 })
    await expectSound(store)
  })

  it('holds a key through a delay and a retry, and lets it go at a cancel and an end', async () => {
    await using store = await open()
    await serve(store, 'render')
    const later = Date.now() + minuteMs
    const [first, second, third] = await acceptAll(store, [
      { key: 'k', dueAt: later },
      { key: 'k' },
      { key: 'k' },
    ])
    expect(await claim(store)).toEqual([])
    await store.jobs.cancel(tenant, first ?? failTest())
    const job = await claimOne(store)
    expect(job.id).toBe(second)
    await fail(store, job, later)
    expect(await claim(store)).toEqual([])
    expect(await depthOf(store)).toMatchObject({ delayed: 1, blocked: 1 })
    await store.jobs.cancel(tenant, job.id)
    const last = await claimOne(store)
    expect(last.id).toBe(third)
    await fail(store, last, null)
    expect(await stateOf(store, last.id)).toBe('failed')
    await expectSound(store)
  })

  it('queues another run last behind its key', async () => {
    await using store = await open()
    await serve(store, 'render')
    const [first] = await acceptAll(store, [{ key: 'k' }, { key: 'k' }])
    await fail(store, await claimOne(store), null)
    const second = await claimOne(store)
    await store.jobs.retry(tenant, first ?? failTest())
    expect(await depthOf(store)).toMatchObject({ running: 1, blocked: 1 })
    expect(await claim(store)).toEqual([])
    await succeed(store, second)
    expect(await claimOne(store)).toMatchObject({ id: first, run: 2, attempt: 1 })
    await expectSound(store)
  })

  it('keeps the key of a job that is cancelled behind its head where it is', async () => {
    await using store = await open()
    await serve(store, 'render')
    const [, second] = await acceptAll(store, [{ key: 'k' }, { key: 'k' }, { key: 'k' }])
    const head = await claimOne(store)
    await store.jobs.cancel(tenant, second ?? failTest())
    expect(await claim(store)).toEqual([])
    await settle(store, head, { kind: 'release', dueAt: Date.now() })
    expect(await claimOne(store)).toMatchObject({ id: head.id })
    await expectSound(store)
  })

  it('runs nothing before it is due, and says when to look again', async () => {
    await using store = await open()
    await serve(store, 'render')
    const dueAt = Date.now() + 500
    const far = dueAt + minuteMs
    const [soon] = await acceptAll(store, [{ dueAt }, { dueAt: far }])
    const claims = await store.leases.claim({ node: 'node-1', max: 9, except: [] })
    expect(claims).toEqual({ claimed: [], nextDueAt: dueAt })
    const job = await vi.waitFor(() => claimOne(store), { interval: 5, timeout: 20_000 })
    expect(job.id).toBe(soon)
    expect(job.attemptStartedAt).toBeGreaterThanOrEqual(dueAt)
    const after = await store.leases.claim({ node: 'node-1', max: 9, except: [] })
    expect(after).toEqual({ claimed: [], nextDueAt: far })
    expect(await read(store, job.id)).toEqual(job)
  })

  it('tells what stands before a job', async () => {
    await using store = await open()
    const [first, second, third] = await acceptAll(store, [{}, { key: 'k' }, { key: 'k' }])
    const around = async (id: JobId = failTest()) => store.jobs.surroundings(await read(store, id))
    expect(await around(first)).toEqual({
      keyHeld: false,
      operationFull: false,
      served: false,
      ahead: 0,
    })
    await serve(store, { operation: 'render', concurrency: 1, leaseMs: 1_000, timeoutMs: 1_000 })
    await claimOne(store)
    expect(await around(second)).toMatchObject({ operationFull: true, served: true, ahead: 0 })
    expect(await around(third)).toMatchObject({ keyHeld: true, ahead: 1 })
  })
}

function failTest(): never {
  throw new Error('The test has no such job.')
}
