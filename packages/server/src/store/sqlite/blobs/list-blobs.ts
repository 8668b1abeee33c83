import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Millis } from '../../../core/time.ts'
import { codeOf } from './disk.ts'
import { isBlobId, sharedOf, unfinished } from './place.ts'

/** One page of the ids of blobs that were finished before a moment; see the port. */
export async function listBlobs(
  root: string,
  before: Millis,
  after: string,
  limit: number,
): Promise<readonly string[]> {
  const found: string[] = []
  for (const folder of await namesIn(root)) {
    if (folder < sharedOf(after)) continue
    for (const name of await namesIn(join(root, folder))) {
      if (found.length >= limit) return found
      const id = name.replace(unfinished, '')
      if (!isBlobId(id) || name <= after) continue
      const path = join(root, folder, name)
      if ((await changedAt(path)) >= before) continue
      if (name === id) found.push(id)
      else await rm(path, { force: true })
    }
  }
  return found
}

const namesIn = async (folder: string): Promise<readonly string[]> => {
  try {
    return (await readdir(folder)).toSorted()
  } catch (fault) {
    // One that went away while the others were looked at, or a file that is nobody's.
    if (codeOf(fault) === 'ENOENT' || codeOf(fault) === 'ENOTDIR') return []
    throw fault
  }
}

async function changedAt(path: string): Promise<Millis> {
  try {
    return (await stat(path)).mtimeMs
  } catch (fault) {
    if (codeOf(fault) === 'ENOENT') return Infinity
    throw fault
  }
}
