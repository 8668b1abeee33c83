import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { batchChannel, batchState } from '../../core/batch.ts'
import type { Batch } from '../../ports/batches.ts'
import type { Store } from '../../ports/store.ts'
import { find, plain, submitted, tellings } from './batch-sample.ts'
import { claim, claimOne, expectSound, fail, succeed, tenant, type OpenStore } from './sample.ts'

export function batchChannelSuite(open: OpenStore): void {
  it('tells each outcome once and then the end, with offsets that a cursor can use', async () => {
    await using store = await open()
    const batch = await submitted(store, plain(3))
    for (const job of await claim(store)) await succeed(store, job)
    const events = await tellings(store, batch.id)
    expect(events.map(({ offset }) => offset)).toEqual([1, 2, 3, 4])
    expect(events).toMatchObject([
      ...batch.jobs.map((job) => ({ kind: 'outcome', state: 'succeeded', job, run: 1 })),
      { kind: 'batch-end', state: 'succeeded', batch: batch.id },
    ])
    expect(await tellings(store, batch.id, 2)).toEqual(events.slice(2))
    const page = await store.events.read(tenant, batchChannel(batch.id), 1, 2)
    expect(page).toEqual({ events: events.slice(1, 3), oldest: 1, last: 4 })
    expect((await store.events.read('other', batchChannel(batch.id), 0, 9)).events).toEqual([])
    expect((await store.events.read(tenant, 'operations/render', 0, 9)).last).toBe(3)
    await expectSound(store)
  })

  it('tells of a failure why, and ends anew when a job that ran again has ended', async () => {
    await using store = await open()
    const batch = await submitted(store, plain(2))
    const [good, bad] = await claim(store)
    if (good === undefined || bad === undefined) throw new Error('few')
    await succeed(store, good)
    await fail(store, bad, null)
    expect((await tellings(store, batch.id)).slice(1)).toMatchObject([
      { kind: 'outcome', state: 'failed', error: { code: 'handler-failed' } },
      { kind: 'batch-end', state: 'failed' },
    ])
    await store.jobs.retry(tenant, bad.id)
    expect(batchState((await find(store, batch.id)).tally)).toBe('running')
    await succeed(store, await claimOne(store))
    expect(await tellings(store, batch.id, 3)).toMatchObject([
      { kind: 'outcome', state: 'succeeded', job: bad.id, run: 2, offset: 4 },
      { kind: 'batch-end', state: 'succeeded', offset: 5 },
    ])
    await expectSound(store)
  })

  it('says the same as the jobs do, whatever happens to them', async () => {
    const steps = fc.array(
      fc.constantFrom('claim', 'succeed', 'fail', 'retry', 'cancel', 'erase'),
      {
        maxLength: 25,
      },
    )
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 5 }), steps, async (size, moves) => {
        await using store = await open()
        const batch = await submitted(store, plain(size))
        for (const move of moves) await moveOn(store, batch, move)
        await expectConsistent(store, batch)
      }),
      { numRuns: 15 },
    )
  })
}

async function moveOn(store: Store, { jobs }: Batch, move: string): Promise<void> {
  const states = await Promise.all(jobs.map((id) => store.jobs.read(id)))
  const all = states.flatMap((each) => (each.kind === 'found' ? [each.job] : []))
  const running = all.find((job) => job.state === 'running')
  const failed = all.find((job) => job.state === 'failed')
  const ended = all.find((job) => job.state === 'succeeded')
  if (move === 'claim') await claim(store, 1)
  if (move === 'succeed' && running?.state === 'running') await succeed(store, running)
  if (move === 'fail' && running?.state === 'running') await fail(store, running, null)
  if (move === 'retry' && failed !== undefined) await store.jobs.retry(tenant, failed.id)
  if (move === 'erase' && ended !== undefined) await store.jobs.erase(tenant, ended.id)
  if (move === 'cancel' && jobs[0] !== undefined) await store.jobs.cancel(tenant, jobs[0])
}

/** The counts, the state and the last event of a batch are three views of the same rows. */
async function expectConsistent(store: Store, batch: Batch): Promise<void> {
  const { tally } = await find(store, batch.id)
  const events = await tellings(store, batch.id)
  const last = events.at(-1)
  const total = Object.values(tally.counts).reduce((sum, count) => sum + count, 0)
  expect(total).toBe(batch.jobs.length)
  const state = batchState(tally)
  const isOver = state !== 'queued' && state !== 'running'
  if (isOver) expect(last).toMatchObject({ kind: 'batch-end', state })
  for (const event of events) {
    if (event.kind === 'outcome') expect(batch.jobs).toContain(event.job)
  }
  await expectSound(store)
}
