import { open, type FileHandle } from 'node:fs/promises'
import { StoreUnavailable } from '../../../ports/store.ts'

/**
 * Runs something with the disk.
 *
 * @throws StoreUnavailable where the disk refuses, so that nobody takes it for a fault of his own
 */
export async function onDisk<Given>(what: string, work: () => Promise<Given>): Promise<Given> {
  try {
    return await work()
  } catch (cause) {
    throw new StoreUnavailable(`A blob cannot be ${what} (${codeOf(cause) ?? String(cause)}).`, {
      cause,
    })
  }
}

export const codeOf = (fault: unknown): string | null =>
  fault instanceof Error && 'code' in fault && typeof fault.code === 'string' ? fault.code : null

/** What is named in a folder is safe only when the folder itself is. */
export async function syncFolder(path: string): Promise<void> {
  await using folder = await open(path, 'r')
  await folder.sync()
}

/** A short write is no fault of its own: the next one says what is wrong. */
export async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength;) {
    const { bytesWritten } = await file.write(bytes, at, bytes.byteLength - at)
    at += bytesWritten
  }
}
