import { execFile } from 'node:child_process'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryFolder, type Folder } from '../support/folder.ts'

const run = promisify(execFile)

/** A folder for a server's data, where space can be made to run out. */
interface ScarceSpace extends Folder {
  /** From now on the process can write no more. */
  fill(pid: number): Promise<void>
  /** Gives the space back. */
  free(pid: number): Promise<void>
}

export interface Scarcity {
  /** How it is done here, for the name of a test. */
  readonly how: string
  prepare(): Promise<ScarceSpace>
}

/** A small disk of its own where one can be mounted, else a limit on the size of files. */
export async function findScarcity(): Promise<Scarcity> {
  try {
    await using _disk = await mountSmallDisk()
    return { how: 'on a full tmpfs', prepare: mountSmallDisk }
  } catch {
    return { how: 'by prlimit, as no tmpfs can be mounted here', prepare: limitFiles }
  }
}

async function mountSmallDisk(): Promise<ScarceSpace> {
  await using resources = new AsyncDisposableStack()
  const { path } = resources.use(await temporaryFolder('disk'))
  await run('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', path])
  resources.defer(async () => void (await run('umount', ['--lazy', path])))
  const filler = join(path, 'filler')
  const owned = resources.move()
  return {
    path,
    fill: () => writeUntilFull(filler),
    free: () => rm(filler, { force: true }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

async function writeUntilFull(path: string): Promise<void> {
  await using file = await open(path, 'a')
  for (let size = 65_536; size >= 1; size /= 16) {
    const chunk = Buffer.alloc(size)
    let isRoom = true
    while (isRoom) isRoom = await fits(file.write(chunk), size)
  }
}

async function fits(writing: Promise<{ bytesWritten: number }>, size: number): Promise<boolean> {
  try {
    return (await writing).bytesWritten === size
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false
    throw error
  }
}

async function limitFiles(): Promise<ScarceSpace> {
  const folder = await temporaryFolder('limited')
  const limit = (pid: number, bytes: string) =>
    run('prlimit', [`--pid=${pid}`, `--fsize=${bytes}:unlimited`])
  return {
    path: folder.path,
    fill: async (pid) => void (await limit(pid, '4096')),
    free: async (pid) => void (await limit(pid, 'unlimited')),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}
