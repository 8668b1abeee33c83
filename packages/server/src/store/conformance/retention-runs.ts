import { expect, it } from 'vitest'
import type { Callback } from '../../core/callback.ts'
import type { Queued, Running } from '../../core/job.ts'
import type { BlobRef, Input, Result } from '../../core/payload.ts'
import type { Retention, Store } from '../../ports/store.ts'
import { drain } from './delivery-sample.ts'
import {
  accept,
  claim,
  claimOne,
  expectSound,
  minuteMs,
  sampleInput,
  sampleJob,
  sampleResult,
  serve,
  settle,
  succeed,
  tenant,
  type OpenStore,
} from './sample.ts'

/** Everything that has ended is past its retention. */
const all: Retention = {
  jobsMs: -minuteMs,
  tombstonesMs: minuteMs,
  eventsMs: -minuteMs,
  deliveriesMs: -minuteMs,
}

const callback: Callback = { url: 'https://caller.test/done', events: 'final', sealedSecret: null }
const error = { code: 'handler-failed', detail: 'no' }

/** More than a step removes, and than it looks at in one go. */
const count = 130

/** Stands at all distances, also several in a row. */
const isKept = (index: number): boolean => index % 7 === 0 || index % 11 === 3 || index === 71

/** A job with one of each kind of thing that hangs on jobs, or with few of them. */
interface Sample {
  readonly job: Queued
  readonly input: Input
  readonly blobs: readonly BlobRef[]
  readonly result: Result
}

async function sampleOf(store: Store, index: number): Promise<Sample> {
  const job = sampleJob({ tenant: index % 2 === 0 ? tenant : 'acme', maxAttempts: 1 })
  const blobs = index % 5 === 1 ? [await write(store, index), await write(store, index)] : []
  const [inputBlob, resultBlob] = blobs
  const input = { ...sampleInput(), ...(inputBlob === undefined ? {} : { body: inputBlob }) }
  const result = { ...sampleResult(), ...(resultBlob === undefined ? {} : { body: resultBlob }) }
  await accept(store, job, { input, callback: index % 3 === 0 ? callback : null })
  return { job, input, blobs, result }
}

async function* oneByte(value: number): AsyncGenerator<Uint8Array, void> {
  yield Uint8Array.of(value)
}

const write = (store: Store, value: number): Promise<BlobRef> =>
  store.blobs.write(oneByte(value), { maxBytes: 1 })

async function putOut(store: Store, job: Running): Promise<Running> {
  const version = job.version + 1
  const piece = { version, attempt: job.attempt, index: 0, at: 1, json: '"a"' }
  const lease = { id: job.id, fence: job.fence }
  await store.leases.note({ lease, version, progress: null, pieces: [piece] })
  return { ...job, version }
}

/** Some become dead letters; those tell that an attempt failed. */
function end(store: Store, job: Running, { result }: Sample, index: number) {
  if (index % 4 !== 1) return settle(store, job, { kind: 'succeed' }, { result })
  const times = { startedAt: job.attemptStartedAt, finishedAt: Date.now() }
  const failure = { run: job.run, attempt: job.attempt, ...times, error }
  return settle(store, job, { kind: 'fail', error, retryAt: Date.now() }, { result, failure })
}

/** @returns how many jobs went */
async function retainAll(store: Store, limit: number): Promise<number> {
  let removed = 0
  for (let more = true; more;) {
    const step = await store.upkeep.retain(all, limit)
    expect(step.jobs).toBeLessThanOrEqual(limit)
    removed += step.jobs
    more = step.more
  }
  return removed
}

export function retentionRunsSuite(open: OpenStore): void {
  it('leaves nothing of jobs that have ended, and everything of those between them', async () => {
    await using store = await open()
    await serve(store, 'render')
    const samples: Sample[] = []
    for (let index = 0; index < count; index += 1) samples.push(await sampleOf(store, index))
    for (const claimed of await claim(store, count)) {
      const index = samples.findIndex(({ job }) => job.id === claimed.id)
      const job = await putOut(store, claimed)
      const sample = samples[index]
      if (sample !== undefined && !isKept(index)) await end(store, job, sample, index)
    }
    await drain(store)
    const kept = samples.filter((_, index) => isKept(index))
    const gone = samples.filter((_, index) => !isKept(index))

    expect(await retainAll(store, 100)).toBe(gone.length)

    for (const { job, input } of kept) {
      expect(await store.jobs.read(job.id)).toMatchObject({ kind: 'found' })
      expect(await store.payloads.input(job.id)).toEqual(input)
      expect(await store.payloads.pieces(job.id, 0, 9)).toHaveLength(1)
    }
    for (const { job } of gone) {
      expect(await store.jobs.read(job.id)).toEqual({ kind: 'expired', tenant: job.tenant })
      expect(await store.payloads.input(job.id)).toBeNull()
      expect(await store.payloads.failures(job.id)).toEqual([])
    }
    const thrownAway = await store.mentions.trashed(Date.now() + minuteMs, 1_000)
    expect(thrownAway.toSorted()).toEqual(idsOf(gone.flatMap(({ blobs }) => blobs)))
    const inputs = kept.flatMap(({ blobs }) => blobs.slice(0, 1))
    expect((await store.mentions.list('', 1_000)).toSorted()).toEqual(idsOf(inputs))
    // Also of what cannot be asked for any more: pieces, callbacks, what counts dead letters.
    await expectSound(store)
  })

  it('stops at a job that is younger than those behind it, as after the clock went back', async () => {
    await using store = await open()
    await serve(store, 'render')
    const [old, young, behind] = [
      sampleJob(),
      sampleJob({ createdAt: Date.now() + 60 * minuteMs, key: 'k', operation: 'nobody' }),
      sampleJob(),
    ]
    for (const job of [old, young, behind]) await accept(store, job, { input: sampleInput() })
    await succeed(store, await claimOne(store))
    await succeed(store, await claimOne(store))
    expect(await store.upkeep.retain(all, 100)).toMatchObject({ jobs: 1, more: false })
    expect(await store.jobs.read(old.id)).toMatchObject({ kind: 'expired' })
    expect(await store.jobs.read(young.id)).toMatchObject({ kind: 'found' })
    expect(await store.payloads.input(young.id)).toEqual(sampleInput())
    await expectSound(store)
  })
}

const idsOf = (blobs: readonly BlobRef[]): readonly string[] => blobs.map(({ id }) => id).toSorted()
