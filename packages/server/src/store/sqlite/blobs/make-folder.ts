import { mkdir } from 'node:fs/promises'
import { onDisk, syncFolder } from './disk.ts'

/**
 * Makes folders of blobs. Whoever needs one that somebody else is making waits for it: what lies in
 * it is safe only when its name is on disk too. One that is there may have been made by a process
 * that ended before it was.
 *
 * @param root the folder in which they are
 */
export function createMakeFolder(root: string): (folder: string) => Promise<void> {
  const making = new Map<string, Promise<void>>()
  /** Its name is on disk; time goes on, so that none before it is asked for again. */
  let safe: string | null = null

  const make = async (folder: string): Promise<void> => {
    const made = await mkdir(folder, { recursive: true, mode: 0o700 })
    if (made === undefined && folder === safe) return
    await syncFolder(root)
    safe = folder
  }

  return (folder) => {
    const underWay = making.get(folder)
    if (underWay !== undefined) return underWay
    const made = onDisk('written', () => make(folder)).finally(() => making.delete(folder))
    making.set(folder, made)
    return made
  }
}
