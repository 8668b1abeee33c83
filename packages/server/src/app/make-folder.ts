import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Nobody but its owner may look into it. */
const ownMode = 0o700

/**
 * Makes a folder and those above it that are missing; one that is there stays as it is. Node's own
 * recursive way never ends where the system says that a folder cannot be found while the one above
 * it is there, as below /proc.
 *
 * @returns the uppermost that was made; null where all were there
 * @throws Error of the system's
 */
export async function makeFolder(path: string, mode: number = ownMode): Promise<string | null> {
  if (await isFolder(path)) return null
  const parent = dirname(path)
  const above = parent === path ? null : await makeFolder(parent, mode)
  await mkdir(path, { mode }).catch(async (error: unknown) => {
    // Another process may have made it meanwhile.
    if (!(await isFolder(path))) throw error
  })
  return above ?? path
}

const isFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => null))?.isDirectory() === true
