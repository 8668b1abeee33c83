import { chmodSync, closeSync, fsyncSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import type { CopyRequest, StoreLook } from '../../ports/store-files.ts'
import { databaseFile } from './connection.ts'
import { openDatabase, wrap } from './database.ts'
import { lookInto } from './look.ts'
import { cannotRead, refuseMissing } from './read-only.ts'

/** Steps short enough to tell how far it is, and long enough to cost nothing. */
const pagesPerStep = 2_000

/**
 * Copies a store page by page. The transaction that is open meanwhile keeps all pages as they are
 * at one moment: what a server commits goes into the WAL behind it, and the copy never has to
 * begin again.
 */
export async function copyStore(request: CopyRequest): Promise<StoreLook> {
  const { folder, target, signal } = request
  refuseMissing(folder)
  // Made first, so that it never can be read by others.
  writeFileSync(target, '', { flag: 'wx', mode: 0o600 })
  try {
    const look = await copyPages(request)
    settle(target)
    return look
  } catch (cause) {
    throw signal.aborted ? signal.reason : cannotRead(folder, cause)
  }
}

/** No longer than this is the transaction open, as long as which the WAL can only grow. */
async function copyPages({ folder, target, signal, onProgress }: CopyRequest): Promise<StoreLook> {
  const source = new DatabaseSync(join(folder, databaseFile), { readOnly: true, timeout: 5_000 })
  using db = wrap(source)
  db.exec('BEGIN')
  const look = lookInto(db)
  const pageBytes = Number(db.pragma('page_size'))
  await backup(source, target, {
    rate: pagesPerStep,
    progress({ totalPages, remainingPages }) {
      signal.throwIfAborted()
      onProgress((totalPages - remainingPages) * pageBytes, totalPages * pageBytes)
    },
  })
  return look
}

/** Makes one file of it that needs no WAL beside it, and brings it to disk. */
function settle(target: string): void {
  {
    using db = openDatabase(target)
    db.pragma('journal_mode = DELETE')
  }
  chmodSync(target, 0o600)
  const file = openSync(target, 'r+')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
