import { createHash } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { chmod, copyFile, link, mkdir, open, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { ManifestFile } from './manifest.ts'

/**
 * Puts a file that never changes into a backup: linked where both lie on one file system, which
 * takes no time and no space, else copied.
 *
 * @returns false where it is gone
 */
export async function linkOrCopy(from: string, to: string): Promise<boolean> {
  await makeFolderOf(to)
  try {
    await link(from, to)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false
    if (isCode(error, 'EEXIST')) return true
    return copyDurably(from, to)
  }
  return true
}

/** @returns false where it is gone */
export async function copyDurably(from: string, to: string): Promise<boolean> {
  await makeFolderOf(to)
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false
    throw error
  }
  await chmod(to, 0o600)
  await syncFile(to)
  return true
}

const makeFolderOf = (path: string): Promise<unknown> =>
  mkdir(dirname(path), { recursive: true, mode: 0o700 })

async function syncFile(path: string): Promise<void> {
  await using file = await open(path, 'r+')
  await file.sync()
}

/** Brings the names within a folder, and within all below it, to disk. */
export async function syncFolders(path: string): Promise<void> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const below = entries.filter((entry) => entry.isDirectory())
  for (const folder of below) await syncFolder(join(folder.parentPath, folder.name))
  await syncFolder(path)
}

export async function syncFolder(path: string): Promise<void> {
  // Windows does so by itself.
  if (process.platform === 'win32') return
  await using folder = await open(path, 'r')
  await folder.sync()
}

export async function describeFile(path: string, name: string): Promise<ManifestFile> {
  const hash = createHash('sha256')
  let bytes = 0
  await pipeline(createReadStream(path, { highWaterMark: 1_048_576 }), async (chunks) => {
    for await (const chunk of chunks as AsyncIterable<Buffer>) {
      bytes += chunk.length
      hash.update(chunk)
    }
  })
  return { path: name, bytes, sha256: hash.digest('hex') }
}

export const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
