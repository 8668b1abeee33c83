import { expect, it } from 'vitest'
import { transition, type JobInput } from '../../core/transition.ts'
import {
  accept,
  acceptAll,
  claim,
  claimOne,
  depthOf,
  expectSound,
  fail,
  minuteMs,
  read,
  running,
  sampleInput,
  sampleJob,
  sampleResult,
  serve,
  settle,
  succeed,
  tenant,
  terms,
  type OpenStore,
} from './sample.ts'

const leaseOf = (job: { readonly id: string; readonly fence: number }) => ({
  id: job.id as never,
  fence: job.fence,
})

export function leaseSuite(open: OpenStore): void {
  it('hands a job out once, with its input, under a raised fence', async () => {
    await using store = await open()
    await serve(store, 'render')
    const job = sampleJob()
    const input = sampleInput()
    await accept(store, job, { input })
    const { claimed } = await store.leases.claim({ node: 'node-1', max: 5, except: [] })
    expect(claimed).toEqual([{ job: await read(store, job.id), input, dueAt: job.dueAt }])
    expect(claimed[0]?.job).toMatchObject({ state: 'running', attempt: 1, fence: 1, version: 2 })
    expect(await claim(store)).toEqual([])
  })

  it('keeps to what the node serves, to its limits and to what is held off', async () => {
    await using store = await open()
    await serve(store, terms('render', { concurrency: 2 }), 'print')
    const wish = ['render', 'render', 'render', 'print', 'other']
    await acceptAll(
      store,
      wish.map((operation) => ({ operation })),
    )
    expect(await claim(store, 10, ['render'])).toMatchObject([{ operation: 'print' }])
    const claimed = await claim(store)
    expect(claimed.map(({ operation }) => operation)).toEqual(['render', 'render'])
    expect(await claim(store)).toEqual([])
    await Promise.all(claimed.slice(0, 1).map((job) => succeed(store, job)))
    expect(await claim(store)).toHaveLength(1)
    await serve(store, 'other')
    expect(await claim(store)).toMatchObject([{ operation: 'other' }])
  })

  it('records the first outcome of a run and nothing after it', async () => {
    await using store = await open()
    const job = await running(store)
    expect(await succeed(store, job)).toBe('settled')
    const ended = await read(store, job.id)
    expect(ended).toMatchObject({ state: 'succeeded', version: job.version + 1 })
    expect(await fail(store, job, null)).toBe('lease-lost')
    expect(await settle(store, job, { kind: 'succeed' }, { result: sampleResult('no') })).toBe(
      'lease-lost',
    )
    expect(await read(store, job.id)).toEqual(ended)
    expect(await store.payloads.result(job.id)).toEqual(sampleResult())
    await expectSound(store)
  })

  it('takes nothing from a worker whose fence is older', async () => {
    await using store = await open()
    const first = await running(store)
    await fail(store, first, Date.now())
    const second = await claimOne(store)
    expect(second).toMatchObject({ id: first.id, attempt: 2, fence: first.fence + 1 })
    expect(await succeed(store, first)).toBe('lease-lost')
    const note = { version: 9, progress: { percent: 1, message: null }, pieces: [] }
    expect(await store.leases.note({ lease: leaseOf(first), ...note })).toBe('lease-lost')
    expect(await read(store, first.id)).toEqual(second)
    expect(await store.leases.inspect([leaseOf(first), leaseOf(second)])).toEqual({
      lost: [leaseOf(first)],
      cancelled: [],
    })
  })

  it('keeps the failed attempts of a run and its dead letter', async () => {
    await using store = await open()
    let job = await running(store, { maxAttempts: 2 })
    for (const attempt of [1, 2]) {
      const error = { code: 'handler-failed', detail: `attempt ${attempt}` }
      const failure = { run: 1, attempt, startedAt: job.attemptStartedAt, finishedAt: 5, error }
      const input = { kind: 'fail', error, retryAt: Date.now() } as const
      expect(await settle(store, job, input, { failure })).toBe('settled')
      if (attempt === 1) job = await claimOne(store)
    }
    const failures = await store.payloads.failures(job.id)
    expect(failures.map(({ error }) => error.detail)).toEqual(['attempt 1', 'attempt 2'])
    expect(await read(store, job.id)).toMatchObject({ state: 'failed', deadLetter: true })
    await expectSound(store)
  })

  it('parks a job without a slot, and hands it out with its monitor when it is due', async () => {
    await using store = await open()
    await serve(store, terms('render', { concurrency: 1 }))
    await acceptAll(store, [{}, {}])
    const job = await claimOne(store)
    const monitor = { url: 'http://up/1', polls: 1, giveUpAt: Date.now() + minuteMs }
    await settle(store, job, { kind: 'park', monitor, dueAt: Date.now() + minuteMs })
    expect(await depthOf(store)).toMatchObject({ ready: 1, running: 0, parked: 1 })
    const other = await claimOne(store)
    expect(other.id).not.toBe(job.id)
    await settle(store, other, { kind: 'park', monitor, dueAt: Date.now() - 1 })
    const again = await claimOne(store)
    expect(again).toMatchObject({ id: other.id, monitor, attempt: 1, fence: 2 })
    expect(again.version).toBe(other.version)
    expect(await store.leases.inspect([leaseOf(again)])).toEqual({ lost: [], cancelled: [] })
    await expectSound(store)
  })

  it('ends a job whose cancel was asked for when its worker would let it go on', async () => {
    await using store = await open()
    const job = await running(store)
    await store.jobs.cancel(tenant, job.id)
    expect(await store.leases.inspect([leaseOf(job)])).toEqual({
      lost: [],
      cancelled: [leaseOf(job)],
    })
    expect(await fail(store, job, Date.now())).toBe('cancelled')
    expect(await read(store, job.id)).toMatchObject({ state: 'cancelled' })
  })

  it('lets an outcome stand that came before its worker heard of the cancel', async () => {
    await using store = await open()
    const job = await running(store)
    await store.jobs.cancel(tenant, job.id)
    expect(await succeed(store, job)).toBe('settled')
    expect(await read(store, job.id)).toMatchObject({ state: 'succeeded' })
  })

  it('does not claim what is past its deadline', async () => {
    await using store = await open()
    await serve(store, 'render')
    const late = sampleJob({ deadlineAt: Date.now() - 1, priority: 0 })
    const good = sampleJob({ deadlineAt: Date.now() + minuteMs })
    await accept(store, late)
    await accept(store, good)
    expect((await claim(store)).map(({ id }) => id)).toEqual([good.id])
  })

  it('gives each version of a job its settled state, whichever way it ended', async () => {
    await using store = await open()
    const inputs: readonly JobInput[] = [
      { kind: 'succeed' },
      { kind: 'stop' },
      { kind: 'release', dueAt: Date.now() + minuteMs },
      { kind: 'expire' },
    ]
    for (const input of inputs) {
      const job = await running(store)
      await settle(store, job, input)
      const moved = transition(job, input, 0)
      const expected = moved.kind === 'changed' ? moved.job : null
      const { state, version, attempt } = await read(store, job.id)
      expect({ state, version, attempt }).toEqual({
        state: expected?.state,
        version: expected?.version,
        attempt: expected?.attempt,
      })
      if (state === 'queued') await store.jobs.cancel(tenant, job.id)
    }
    await expectSound(store)
  })
}
