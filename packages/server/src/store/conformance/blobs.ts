import { createHash, randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { inlineAtMost, type BlobRef } from '../../core/payload.ts'
import { gather, TooLarge } from '../../core/spool.ts'
import { BlobMissing } from '../../ports/blobs.ts'
import type { Store } from '../../ports/store.ts'
import {
  accept,
  expectSound,
  running,
  sampleInput,
  sampleJob,
  sampleResult,
  serve,
  settle,
  tenant,
  type OpenStore,
} from './sample.ts'

const mebibyte = 1_048_576
const noLimit = { maxBytes: Number.MAX_SAFE_INTEGER }

async function* inPieces(bytes: Uint8Array, size = 40_000): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.byteLength; at += size) yield bytes.subarray(at, at + size)
}

const write = (store: Store, bytes: Uint8Array) => store.blobs.write(inPieces(bytes), noLimit)
const all = (store: Store) => store.blobs.writtenBefore(Date.now() + 60_000, '', 1_000)
const equal = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0

export function blobSuite(open: OpenStore): void {
  it.each([0, 1, inlineAtMost - 1, inlineAtMost, inlineAtMost + 1, 3 * mebibyte + 17])(
    'gives %i bytes back as they were, whole and in part',
    async (size) => {
      await using store = await open()
      const bytes = randomBytes(size)
      const blob = await write(store, bytes)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      expect(blob).toEqual({ id: expect.stringMatching(/^blb_/) as string, size, sha256 })
      expect(equal(await gather(store.blobs.read(blob), size), bytes)).toBe(true)
      const range = { start: Math.floor(size / 3), end: Math.ceil(size / 2) }
      const part = await gather(store.blobs.read(blob, range), size)
      expect(equal(part, bytes.subarray(range.start, range.end))).toBe(true)
    },
  )

  it('keeps nothing of a source that breaks, is too large, or is called off', async () => {
    await using store = await open()
    const breaking = async function* () {
      yield randomBytes(mebibyte)
      throw new Error('broken')
    }
    await expect(store.blobs.write(breaking(), noLimit)).rejects.toThrow('broken')
    const bytes = randomBytes(mebibyte)
    const tooLarge = store.blobs.write(inPieces(bytes), { maxBytes: mebibyte - 1 })
    await expect(tooLarge).rejects.toThrow(TooLarge)
    const controller = new AbortController()
    const silent = async function* () {
      yield bytes
      controller.abort(new Error('called off'))
      await new Promise(() => undefined)
    }
    const called = store.blobs.write(silent(), { ...noLimit, signal: controller.signal })
    await expect(called).rejects.toThrow('called off')
    expect(await all(store)).toEqual([])
  })

  it('says so where a blob is not there', async () => {
    await using store = await open()
    const blob = await write(store, randomBytes(9))
    expect(await store.blobs.has(blob.id)).toBe(true)
    await store.blobs.remove(blob.id)
    await store.blobs.remove(blob.id)
    expect(await store.blobs.has(blob.id)).toBe(false)
    await expect(gather(store.blobs.read(blob), 9)).rejects.toThrow(BlobMissing)
  })

  it('lists what was written, in pages, in the order of the ids', async () => {
    await using store = await open()
    const written: string[] = []
    for (let count = 0; count < 5; count += 1) written.push((await write(store, randomBytes(3))).id)
    expect(written).toEqual(written.toSorted())
    expect(await store.blobs.writtenBefore(Date.now() + 60_000, '', 2)).toEqual(written.slice(0, 2))
    expect(await store.blobs.writtenBefore(Date.now() + 60_000, written[1] ?? '', 9)).toEqual(
      written.slice(2),
    )
    expect(await store.blobs.writtenBefore(Date.now() - 60_000, '', 9)).toEqual([])
  })

  it('names them in inputs and results, and throws them away with the job that did', async () => {
    await using store = await open()
    const [input, result] = [await write(store, randomBytes(9)), await write(store, randomBytes(9))]
    const orphan = await write(store, randomBytes(9))
    const id = await endedWith(store, input, result)
    expect((await store.payloads.input(id))?.body).toEqual(input)
    expect((await store.payloads.result(id))?.body).toEqual(result)
    const both = [input.id, result.id]
    expect(await store.mentions.list('', 9)).toEqual(both)
    expect(await store.mentions.known([...both, orphan.id])).toEqual(both)
    await expectSound(store)
    await store.jobs.erase(tenant, id)
    expect(await store.mentions.list('', 9)).toEqual([])
    // Who copies the store now may still need them.
    expect(await store.mentions.known(both)).toEqual(both)
    expect(await store.mentions.trashed(Date.now() - 60_000, 9)).toEqual([])
    expect([...(await store.mentions.trashed(Date.now() + 60_000, 9))].toSorted()).toEqual(both)
    await store.mentions.forget(both)
    expect(await store.mentions.known(both)).toEqual([])
  })

  it('reports a row whose blob is missing', async () => {
    await using store = await open()
    const blob = await write(store, randomBytes(9))
    await endedWith(store, blob, await write(store, randomBytes(9)))
    await store.blobs.remove(blob.id)
    expect(await store.upkeep.audit()).toEqual([expect.stringContaining(blob.id)])
  })

  it('gives the blob of an input to whoever claims the job', async () => {
    await using store = await open()
    const blob = await write(store, randomBytes(9))
    await serve(store, 'render')
    await accept(store, sampleJob(), { input: { ...sampleInput(), body: blob } })
    const { claimed } = await store.leases.claim({ node: 'node-1', max: 1, except: [] })
    expect(claimed[0]?.input?.body).toEqual(blob)
  })
}

async function endedWith(store: Store, input: BlobRef, result: BlobRef) {
  const job = await running(store, {}, { input: { ...sampleInput(), body: input } })
  await settle(store, job, { kind: 'succeed' }, { result: { ...sampleResult(), body: result } })
  return job.id
}
