import { open, type FileHandle } from 'node:fs/promises'
import type { BlobRef } from '../../../core/payload.ts'
import { BlobMissing, type ByteRange } from '../../../ports/blobs.ts'
import { codeOf, onDisk } from './disk.ts'
import { fileOf } from './place.ts'

/** Large enough to be fast, small enough for many readers at once. */
const pieceBytes = 131_072

export async function* readBlob(
  root: string,
  blob: BlobRef,
  { start, end }: ByteRange,
  reuse: boolean,
): AsyncGenerator<Uint8Array, void> {
  await using file = await openBlob(root, blob)
  const own = reuse ? Buffer.allocUnsafeSlow(Math.min(pieceBytes, end - start)) : null
  for (let at = start; at < end;) {
    const wanted = Math.min(pieceBytes, end - at)
    const { bytesRead, buffer } = await onDisk('read', () =>
      file.read(own ?? Buffer.allocUnsafeSlow(wanted), 0, wanted, at),
    )
    if (bytesRead === 0) throw new BlobMissing(`The end of the blob ${blob.id} is missing.`)
    at += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

async function openBlob(root: string, { id, size }: BlobRef): Promise<FileHandle> {
  const file = await onDisk('read', () =>
    open(fileOf(root, id), 'r').catch((fault: unknown) => {
      if (codeOf(fault) === 'ENOENT') return null
      throw fault
    }),
  )
  if (file === null) throw new BlobMissing(`The blob ${id} is missing.`)
  const found = await onDisk('read', () => file.stat()).catch(async (fault: unknown) => {
    await file.close()
    throw fault
  })
  if (found.size === size) return file
  await file.close()
  throw new BlobMissing(`The blob ${id} has ${found.size} bytes instead of ${size}.`)
}
