import { expect, it } from 'vitest'
import { batchState } from '../../core/batch.ts'
import {
  batchOf,
  everything,
  find,
  keyed,
  plain,
  sampleBatch,
  tellings,
  zero,
} from './batch-sample.ts'
import {
  accept,
  claim,
  claimOne,
  expectSound,
  read,
  sampleJob,
  serve,
  succeed,
  type OpenStore,
} from './sample.ts'

export function batchKeySuite(open: OpenStore): void {
  it('stores one batch for a hundred same submissions at once', async () => {
    await using store = await open()
    const all = await Promise.all(
      Array.from({ length: 100 }, () =>
        store.batches.accept(sampleBatch(plain(3), { idempotency: keyed('b') })),
      ),
    )
    expect(new Set(all.map((each) => batchOf(each).id)).size).toBe(1)
    expect(all.filter(({ kind }) => kind === 'accepted')).toHaveLength(1)
    const { items } = await store.jobs.list(everything)
    expect(items).toHaveLength(3)
    await expectSound(store)
  })

  it('refuses another batch with the same key, and stores nothing of it', async () => {
    await using store = await open()
    await store.batches.accept(sampleBatch(plain(1), { idempotency: keyed('b', 1) }))
    const other = sampleBatch(plain(2), { idempotency: keyed('b', 2) })
    expect(await store.batches.accept(other)).toEqual({ kind: 'key-reused' })
    expect(await store.batches.read(other.id)).toEqual({ kind: 'unknown' })
    expect((await store.jobs.list(everything)).items).toHaveLength(1)
  })

  it('stores nothing at all where the key of one in the middle was used for another call', async () => {
    await using store = await open()
    await accept(store, sampleJob(), { idempotency: keyed('j', 1) })
    const command = sampleBatch([
      { idempotency: keyed('a') },
      { idempotency: keyed('j', 2) },
      {},
      { idempotency: keyed('a', 9) },
    ])
    const refused = await store.batches.accept(command)
    expect(refused).toEqual({ kind: 'job-keys-reused', places: [1, 3] })
    expect((await store.jobs.list(everything)).items).toHaveLength(1)
    expect(await store.batches.read(command.id)).toEqual({ kind: 'unknown' })
    // Its keys are free still.
    const again = await accept(store, sampleJob(), { idempotency: keyed('a', 7) })
    expect(again.kind).toBe('accepted')
    await expectSound(store)
  })

  it('takes jobs whose keys are known into their places, and hears of their ends', async () => {
    await using store = await open()
    await serve(store, 'render')
    const ended = sampleJob()
    const waiting = sampleJob()
    await accept(store, ended, { idempotency: keyed('ended') })
    await succeed(store, await claimOne(store))
    await accept(store, waiting, { idempotency: keyed('waiting') })
    const batch = batchOf(
      await store.batches.accept(
        sampleBatch([
          { idempotency: keyed('waiting') },
          { idempotency: keyed('new') },
          { idempotency: keyed('ended') },
          { idempotency: keyed('new') },
        ]),
      ),
    )
    expect(batch.jobs.map((id) => id === waiting.id || id === ended.id)).toEqual([
      true,
      false,
      true,
      false,
    ])
    expect(batch.jobs[1]).toBe(batch.jobs[3])
    expect(batch.tally.counts).toEqual({ ...zero, queued: 3, succeeded: 1 })
    expect(await read(store, waiting.id)).toMatchObject({ batch: null })
    expect(await store.batches.batchesOf(waiting.id)).toEqual([batch.id])
    for (const job of await claim(store)) await succeed(store, job)
    const events = await tellings(store, batch.id)
    expect(events.map((event) => (event.kind === 'outcome' ? event.job : 'end'))).toEqual([
      ended.id,
      waiting.id,
      batch.jobs[1],
      'end',
    ])
    await expectSound(store)
  })

  it('gives a job of one batch to another, and tells both', async () => {
    await using store = await open()
    await serve(store, 'render')
    const wishes = [{ idempotency: keyed('shared') }]
    const first = batchOf(await store.batches.accept(sampleBatch(wishes)))
    const second = batchOf(await store.batches.accept(sampleBatch([...wishes, {}])))
    expect(second.jobs[0]).toBe(first.jobs[0])
    for (const job of await claim(store)) await succeed(store, job)
    for (const { id } of [first, second]) {
      expect(batchState((await find(store, id)).tally)).toBe('succeeded')
      expect((await tellings(store, id)).at(-1)).toMatchObject({ kind: 'batch-end' })
    }
    await expectSound(store)
  })
}
