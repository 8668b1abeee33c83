import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { temporaryFolder } from '../../../../../../test/support/folder.ts'
import { systemClock, systemRandom } from '../system.ts'
import { syncFolder } from './disk.ts'
import { createFileBlobs } from './file-blobs.ts'
import { blobFolder } from './place.ts'

vi.mock(import('./disk.ts'), { spy: true })

async function* oneByte(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('a')
}

/** @param sync what happens when the folder of all blobs is synced */
async function open(sync: () => Promise<void>) {
  const folder = await temporaryFolder('blobs')
  const syncs = vi.mocked(syncFolder)
  syncs.mockImplementation((path) =>
    path === join(folder.path, blobFolder) ? sync() : Promise.resolve(),
  )
  /** As a process does that starts on the folder. */
  const start = () =>
    createFileBlobs({ folder: folder.path, clock: systemClock, random: systemRandom })
  let blobs = start()
  return {
    restart: () => void (blobs = start()),
    list: () => readdir(folder.path),
    write: () => blobs.write(oneByte(), { maxBytes: 9 }),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

it('promises no blob before the name of its folder is on disk, whoever made that', async () => {
  const synced = Promise.withResolvers<void>()
  const done: string[] = []
  await using blobs = await open(() => synced.promise.then(() => void done.push('folder')))
  const writes = ['first', 'second'].map((name) => blobs.write().then(() => done.push(name)))
  // More turns at the disk than a blob takes that does not wait.
  for (let turn = 0; turn < 200; turn += 1) await blobs.list()
  synced.resolve()
  await Promise.all(writes)
  expect(done[0]).toBe('folder')
})

it('syncs it again where that failed', async () => {
  let tries = 0
  await using blobs = await open(async () => {
    tries += 1
    if (tries === 1) throw new Error('EIO')
  })
  await expect(blobs.write()).rejects.toThrow('EIO')
  await blobs.write()
  await blobs.write()
  expect(tries).toBe(2)
})

it('syncs what an earlier process made, of which nobody knows whether it did', async () => {
  let tries = 0
  await using blobs = await open(async () => {
    tries += 1
    if (tries === 1) throw new Error('killed')
  })
  await expect(blobs.write()).rejects.toThrow('killed')
  blobs.restart()
  await blobs.write()
  await blobs.write()
  expect(tries).toBe(2)
})
