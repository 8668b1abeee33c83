import { createHash } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { abortable } from '../../../core/abortable.ts'
import type { BlobRef } from '../../../core/payload.ts'
import { TooLarge } from '../../../core/spool.ts'
import type { BlobTerms } from '../../../ports/blobs.ts'
import { onDisk, syncFolder, writeAll } from './disk.ts'
import { fileOf, unfinished } from './place.ts'

/**
 * Writes a blob under a name that nobody looks at, and gives it its own when all of it is on disk.
 *
 * @param root the folder of blobs, which is there
 */
export async function writeBlob(
  root: string,
  id: string,
  source: AsyncIterable<Uint8Array>,
  { maxBytes, signal }: BlobTerms,
): Promise<BlobRef> {
  const path = fileOf(root, id)
  const partly = path + unfinished
  await makeFolder(root, dirname(path))
  try {
    const written = await writeFile(partly, abortable(source, signal), maxBytes)
    await onDisk('written', async () => {
      await rename(partly, path)
      await syncFolder(dirname(path))
    })
    return { id, ...written }
  } catch (fault) {
    await rm(partly, { force: true }).catch(() => undefined)
    throw fault
  }
}

async function writeFile(
  path: string,
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Omit<BlobRef, 'id'>> {
  await using file = await onDisk('written', () => open(path, 'wx', 0o600))
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of source) {
    size += chunk.byteLength
    if (size > maxBytes) throw new TooLarge(maxBytes)
    hash.update(chunk)
    await onDisk('written', () => writeAll(file, chunk))
  }
  await onDisk('written', () => file.sync())
  return { size, sha256: hash.digest('hex') }
}

const makeFolder = (root: string, folder: string): Promise<void> =>
  onDisk('written', async () => {
    const made = await mkdir(folder, { recursive: true, mode: 0o700 })
    if (made !== undefined) await syncFolder(root)
  })
