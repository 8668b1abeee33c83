import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** The binaries of Node that come along with an install, and are not counted. */
const isNodeItself = (name: string): boolean => /^node-(?:linux|darwin|win)-/.test(name)

/** The bytes of all files that npm has put into a project, as they are, not as blocks of the disk. */
export const installedBytes = (project: string): Promise<number> =>
  bytesBelow(join(project, 'node_modules'))

async function bytesBelow(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !isNodeItself(entry.name)) bytes += await bytesBelow(path)
    else if (entry.isFile()) bytes += (await lstat(path)).size
  }
  return bytes
}
