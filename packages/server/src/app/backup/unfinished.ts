import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { sqliteFiles } from '../../store/sqlite/files.ts'

/** What a restore works in until all is there: while it is left, the folder holds half a backup. */
export const draftFolder = '.restoring'

/**
 * The draft of a restore that was killed: a server that began here would begin with nothing, and
 * look as if all were lost.
 *
 * @returns its path; null where there is none, or a server has been started there since
 */
export function findUnfinishedRestore(folder: string): string | null {
  const draft = join(folder, draftFolder)
  return existsSync(draft) && !existsSync(join(folder, sqliteFiles.fileName)) ? draft : null
}

/** @throws Error that says what to do, where a restore into the folder was killed */
export function refuseUnfinishedRestore(folder: string): void {
  if (findUnfinishedRestore(folder) === null) return
  throw new Error(`a restore into it did not end: run buzzer restore again, or remove the folder`)
}
