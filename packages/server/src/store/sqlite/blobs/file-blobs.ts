import { createIdSource } from '@buzzer/contract'
import { chmod, mkdir, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Blobs } from '../../../ports/blobs.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Random } from '../../../ports/random.ts'
import { codeOf, onDisk, syncFolder } from './disk.ts'
import { listBlobs } from './list-blobs.ts'
import { createMakeFolder } from './make-folder.ts'
import { blobFolder, fileOf, isBlobId, sharedOf } from './place.ts'
import { readBlob } from './read-blob.ts'
import { writeBlob } from './write-blob.ts'

export interface FileBlobOptions {
  /** The data folder, which is there. */
  readonly folder: string
  readonly clock: Pick<Clock, 'now'>
  readonly random: Pick<Random, 'bytes'>
}

/** Keeps each blob in a file of its own below the data folder; nobody else may read them. */
export function createFileBlobs({ folder, clock, random }: FileBlobOptions): Blobs {
  const root = join(folder, blobFolder)
  const ids = createIdSource(
    () => clock.now(),
    (count) => random.bytes(count),
  )
  let made: Promise<void> | null = null
  const makeRootOnce = (): Promise<void> => {
    made ??= onDisk('written', () => makeRoot(root)).catch((fault: unknown) => {
      made = null
      throw fault
    })
    return made
  }

  const makeFolder = createMakeFolder(root)

  return {
    async write(source, terms) {
      const id = ids.next('blb')
      await makeRootOnce()
      await makeFolder(dirname(fileOf(root, id)))
      return writeBlob(root, id, source, terms)
    },
    read: (blob, range = { start: 0, end: blob.size }, reuse = false) =>
      readBlob(root, blob, range, reuse),
    has: (id) => onDisk('read', () => isThere(fileOf(root, id))),
    remove: (id) => onDisk('removed', () => removeBlob(root, id, sharedOf(ids.next('blb')))),
    writtenBefore: (before, after, limit) =>
      onDisk('read', () => listBlobs(root, before, after, limit)),
  }
}

async function makeRoot(root: string): Promise<void> {
  const made = await mkdir(root, { recursive: true, mode: 0o700 })
  if (made !== undefined) await chmod(root, 0o700)
  // Also where it is there: whoever made it may have ended before its name was on disk.
  await syncFolder(dirname(root))
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch (fault) {
    if (codeOf(fault) === 'ENOENT') return false
    throw fault
  }
}

async function removeBlob(root: string, id: string, current: string): Promise<void> {
  if (!isBlobId(id)) throw new Error(`${id} is no blob.`)
  const path = fileOf(root, id)
  await rm(path, { force: true })
  // Nothing is written any more into the folder of a time that is over; others may be left in it.
  if (sharedOf(id) !== current) await rmdir(dirname(path)).catch(() => undefined)
}
