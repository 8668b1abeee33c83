import { createHash } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { abortable } from '../../../core/abortable.ts'
import type { BlobRef } from '../../../core/payload.ts'
import { limited } from '../../../core/spool.ts'
import type { BlobTerms } from '../../../ports/blobs.ts'
import { onDisk, syncFolder, writeAll } from './disk.ts'
import { fileOf, unfinished } from './place.ts'

/**
 * Writes a blob under a name that nobody looks at, and gives it its own when all of it is on disk.
 *
 * @param root the folder of blobs, in which the folder of this one is there
 */
export async function writeBlob(
  root: string,
  id: string,
  source: AsyncIterable<Uint8Array>,
  { maxBytes, signal }: BlobTerms,
): Promise<BlobRef> {
  const path = fileOf(root, id)
  const partly = path + unfinished
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
  for await (const piece of gathered(limited(source, maxBytes))) {
    size += piece.byteLength
    hash.update(piece)
    await onDisk('written', () => writeAll(file, piece))
  }
  await onDisk('written', () => file.sync())
  return { size, sha256: hash.digest('hex') }
}

/** What is written at once: a handler that gives a line at a time would pay a write for each. */
const pieceBytes = 65_536

/** Puts small chunks together; large ones pass as they are. Each is good until the next. */
async function* gathered(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const piece = new Uint8Array(pieceBytes)
  let filled = 0
  for await (const chunk of source) {
    if (filled + chunk.byteLength > pieceBytes) {
      if (filled > 0) yield piece.subarray(0, filled)
      filled = 0
    }
    if (chunk.byteLength >= pieceBytes) {
      yield chunk
    } else {
      piece.set(chunk, filled)
      filled += chunk.byteLength
    }
  }
  if (filled > 0) yield piece.subarray(0, filled)
}
