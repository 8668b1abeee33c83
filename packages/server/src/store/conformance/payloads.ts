import { expect, it } from 'vitest'
import type { Running } from '../../core/job.ts'
import { bytesIn } from '../../core/payload.ts'
import type { Piece, Store } from '../../ports/store.ts'
import {
  accept,
  claimOne,
  fail,
  read,
  running,
  sampleJob,
  sampleResult,
  serve,
  settle,
  tenant,
  type OpenStore,
} from './sample.ts'

const note = (store: Store, job: Running, version: number, pieces: readonly Piece[] = []) =>
  store.leases.note({
    lease: { id: job.id, fence: job.fence },
    version,
    progress: { percent: version, message: null },
    pieces,
  })

const piece = (job: Running, version: number, json = `"${version}"`): Piece => ({
  version,
  at: version,
  attempt: job.attempt,
  index: version,
  json,
})

const mebibyte = 1_048_576

export function payloadSuite(open: OpenStore): void {
  it('keeps the latest progress and every piece, in order', async () => {
    await using store = await open()
    const job = await running(store)
    expect(await note(store, job, 3, [piece(job, 3)])).toBe('noted')
    expect(await note(store, job, 5, [piece(job, 4), piece(job, 5)])).toBe('noted')
    expect(await read(store, job.id)).toEqual({
      ...job,
      version: 5,
      progress: { percent: 5, message: null },
    })
    expect(await store.payloads.pieces(job.id, 3, 9)).toEqual([piece(job, 4), piece(job, 5)])
    expect(await store.payloads.pieces(job.id, 0, 2)).toEqual([piece(job, 3), piece(job, 4)])
    expect(await store.payloads.pieces(job.id, 5, 9)).toEqual([])
  })

  it('keeps the progress where a note brings none', async () => {
    await using store = await open()
    const job = await running(store)
    await note(store, job, 3)
    const lease = { id: job.id, fence: job.fence }
    await store.leases.note({ lease, version: 4, progress: null, pieces: [piece(job, 4)] })
    expect(await read(store, job.id)).toMatchObject({
      version: 4,
      progress: { percent: 3, message: null },
    })
  })

  it('forgets the pieces of an attempt when the next one is due', async () => {
    await using store = await open()
    const first = await running(store)
    await note(store, first, 3, [piece(first, 3)])
    await fail(store, first, Date.now())
    expect(await store.payloads.pieces(first.id, 0, 9)).toEqual([])
    const second = await claimOne(store)
    await note(store, second, 7, [piece(second, 7)])
    await fail(store, second, null)
    expect(await store.payloads.pieces(first.id, 0, 9)).toEqual([piece(second, 7)])
    await store.jobs.retry(tenant, first.id)
    expect(await store.payloads.pieces(first.id, 0, 9)).toEqual([])
  })

  it('bounds what a job puts out in pieces, and says so', async () => {
    await using store = await open()
    const job = await running(store)
    const large = `"${'x'.repeat(12 * mebibyte)}"`
    expect(await note(store, job, 3, [piece(job, 3, large)])).toBe('noted')
    expect(await note(store, job, 4, [piece(job, 4, large)])).toBe('noted')
    await expect(note(store, job, 5, [piece(job, 5, large)])).rejects.toThrow(/in pieces/)
    expect(await note(store, job, 6, [piece(job, 6)])).toBe('noted')
    expect(await store.payloads.pieces(job.id, 4, 9)).toEqual([piece(job, 6)])
  })

  it('takes the same pieces again, and counts them once', async () => {
    await using store = await open()
    const job = await running(store)
    const large = `"${'x'.repeat(12 * mebibyte)}"`
    const both = [piece(job, 3, large), piece(job, 4, large)]
    for (let time = 0; time < 3; time += 1) expect(await note(store, job, 4, both)).toBe('noted')
    expect(await note(store, job, 5, [piece(job, 5, large.slice(large.length / 2))])).toBe('noted')
    await expect(note(store, job, 6, [piece(job, 6, large)])).rejects.toThrow(/in pieces/)
  })

  it('gives bodies back byte for byte, whatever buffer they came in', async () => {
    await using store = await open()
    const job = await running(store)
    const pool = Uint8Array.from({ length: 600_000 }, (_, index) => index % 251)
    const body = pool.subarray(1_000, 500_000)
    const settling = settle(
      store,
      job,
      { kind: 'succeed' },
      { result: { ...sampleResult(), body, mediaType: null, headers: [] } },
    )
    const sent = body.slice()
    pool.fill(0)
    await settling
    const result = await store.payloads.result(job.id)
    expect(result).toMatchObject({ status: 200, mediaType: null, headers: [] })
    expect(Buffer.compare(bytesIn(result?.body ?? new Uint8Array()), sent)).toBe(0)
  })

  it('knows an empty body from none, and has nothing for a job that is not there', async () => {
    await using store = await open()
    await serve(store, 'render')
    const [empty, none] = [sampleJob(), sampleJob()]
    const input = { mediaType: null, body: new Uint8Array(), request: null }
    await accept(store, empty, { input })
    await accept(store, none)
    expect(await store.payloads.input(empty.id)).toEqual(input)
    expect(await store.payloads.input(none.id)).toBeNull()
    expect(await store.payloads.result(empty.id)).toBeNull()
    expect(await store.payloads.failures(empty.id)).toEqual([])
  })
}
