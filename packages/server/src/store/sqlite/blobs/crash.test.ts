import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../../../../test/support/folder.ts'
import { gather } from '../../../core/spool.ts'
import type { BlobRef } from '../../../core/payload.ts'
import { systemClock, systemRandom } from '../system.ts'
import { createFileBlobs } from './file-blobs.ts'
import { blobFolder } from './place.ts'

const open = (folder: string) =>
  createFileBlobs({ folder, clock: systemClock, random: systemRandom })

/** Writes one blob after the other and tells of each that is safe, until it is killed. */
const startWriter = (folder: string): ChildProcess =>
  fork(new URL('./testing/writer.ts', import.meta.url), [folder], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })

it('has every blob that it promised after a kill, and of the others nothing', async () => {
  await using folder = await temporaryFolder('blobs')
  const writer = startWriter(folder.path)
  const promised: BlobRef[] = []
  writer.on('message', (blob: BlobRef) => promised.push(blob))
  while (promised.length < 5) await once(writer, 'message')
  writer.kill('SIGKILL')
  await once(writer, 'exit')
  const blobs = open(folder.path)
  for (const blob of promised) {
    expect((await gather(blobs.read(blob), blob.size)).byteLength).toBe(blob.size)
  }
  // What was being written is no blob, and goes away with the first look.
  const found = await blobs.writtenBefore(Date.now() + 60_000, '', 1_000)
  expect(found.slice(0, promised.length)).toEqual(promised.map(({ id }) => id))
  expect((await filesIn(folder.path)).filter((name) => name.endsWith('.part'))).toEqual([])
})

it('keeps them from others, and leaves what is not its own alone', async () => {
  await using folder = await temporaryFolder('blobs')
  const blobs = open(folder.path)
  const { id } = await blobs.write(oneByte(), { maxBytes: 9 })
  const file = (await filesIn(folder.path)).find((name) => name.endsWith(id))
  const { mode } = await stat(join(folder.path, blobFolder, file ?? ''))
  expect(mode & 0o777).toBe(0o600)
  const strange = join(folder.path, blobFolder, 'notes')
  await mkdir(strange)
  await writeFile(join(strange, 'blb_x.txt'), 'mine')
  await utimes(join(strange, 'blb_x.txt'), 1, 1)
  expect(await blobs.writtenBefore(Date.now() + 60_000, '', 9)).toEqual([id])
  await expect(blobs.remove('../../etc/passwd')).rejects.toThrow('no blob')
  await blobs.remove(id)
  expect(await filesIn(folder.path)).toContain(join('notes', 'blb_x.txt'))
})

async function* oneByte(): AsyncGenerator<Uint8Array, void> {
  yield Buffer.from('a')
}

const filesIn = (folder: string): Promise<readonly string[]> =>
  readdir(join(folder, blobFolder), { recursive: true })
