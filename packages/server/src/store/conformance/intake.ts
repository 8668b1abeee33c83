import { expect, it } from 'vitest'
import {
  accept,
  claim,
  depthOf,
  expectSound,
  minuteMs,
  node,
  read,
  sampleInput,
  sampleJob,
  serve,
  succeed,
  terms,
  type OpenStore,
} from './sample.ts'

export function intakeSuite(open: OpenStore): void {
  it('gives a job back as it was stored, with all that it carries', async () => {
    await using store = await open()
    const job = sampleJob({
      client: 'cli_1',
      key: 'customer-7',
      tags: ['night', 'ünï'],
      trace: { traceparent: '00-ab-cd-01', tracestate: null },
      deadlineAt: Date.now() + minuteMs,
      priority: 9,
      maxAttempts: 2,
    })
    const input = {
      mediaType: 'application/octet-stream',
      body: new Uint8Array([0, 255, 10, 0]),
      request: { method: 'POST', target: '/a?b=%20', headers: [['accept', '*/*']] as const },
    }
    expect(await accept(store, job, { input })).toEqual({ kind: 'accepted', job })
    expect(await read(store, job.id)).toEqual(job)
    expect(await store.payloads.input(job.id)).toEqual(input)
  })

  it('stores a job as claimed where nothing stands in its way', async () => {
    await using store = await open()
    await serve(store, 'render')
    const job = sampleJob()
    const acceptance = await accept(store, job, { claimFor: node })
    expect(acceptance).toMatchObject({
      kind: 'accepted',
      job: { state: 'running', node, attempt: 1, fence: 1, version: 2 },
    })
    expect(acceptance).toEqual({ kind: 'accepted', job: await read(store, job.id) })
    expect(await claim(store)).toEqual([])
    expect(await depthOf(store)).toMatchObject({ ready: 0, running: 1 })
  })

  it.each([
    ['a delay', { dueAt: Date.now() + 60 * minuteMs }],
    ['a deadline that has passed', { deadlineAt: Date.now() - 1 }],
    ['an operation that the node does not run', { operation: 'other' }],
  ])('queues it in spite of a free slot for %s', async (_, wish) => {
    await using store = await open()
    await serve(store, 'render')
    expect(await accept(store, sampleJob(wish), { claimFor: node })).toMatchObject({
      job: { state: 'queued' },
    })
  })

  it('queues it behind a runnable job, behind its key and at the limit', async () => {
    await using store = await open()
    await serve(store, terms('render', { concurrency: 1 }), 'print')
    const claimed = { claimFor: node }
    const first = await accept(store, sampleJob({ key: 'k' }), claimed)
    expect(first).toMatchObject({ job: { state: 'running' } })
    const atLimit = await accept(store, sampleJob(), claimed)
    expect(atLimit).toMatchObject({ job: { state: 'queued' } })
    // What waits at its own limit takes nobody else's slot.
    const other = await accept(store, sampleJob({ operation: 'print', key: 'k' }), claimed)
    expect(other).toMatchObject({ job: { state: 'running' } })
    const behindKey = await accept(store, sampleJob({ operation: 'print', key: 'k' }), claimed)
    expect(behindKey).toMatchObject({ job: { state: 'queued' } })
    await accept(store, sampleJob({ operation: 'print' }))
    const contended = await accept(store, sampleJob({ operation: 'print' }), claimed)
    expect(contended).toMatchObject({ job: { state: 'queued' } })
    await expectSound(store)
  })

  it('answers each of many commands of one moment by itself', async () => {
    await using store = await open()
    const job = sampleJob()
    const twin = { ...sampleJob(), id: job.id }
    const others = Array.from({ length: 50 }, () => sampleJob())
    const settled = await Promise.allSettled(
      [...others.slice(0, 25), job, twin, ...others.slice(25)].map((each) =>
        accept(store, each, { input: sampleInput() }),
      ),
    )
    const failed = settled.flatMap(({ status }, index) => (status === 'rejected' ? [index] : []))
    expect(failed).toEqual([26])
    expect(await depthOf(store)).toMatchObject({ ready: 51 })
    await serve(store, 'render')
    const claimed = await claim(store)
    expect(new Set(claimed.map(({ id }) => id))).toEqual(
      new Set([job, ...others].map(({ id }) => id)),
    )
    await Promise.all(claimed.map((each) => succeed(store, each)))
    await expectSound(store)
  })
}
