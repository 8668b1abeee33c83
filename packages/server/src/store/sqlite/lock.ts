import { chmodSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { StoreLocked } from '../../ports/store.ts'
import { openDatabase } from './database.ts'
import { primaryCode, sqlite } from './fault.ts'

const pathIn = (folder: string): string => join(folder, 'lock.db')

/**
 * Holds the folder against any other process. The lock is one of the operating system's on a file
 * of its own, so it ends with the process however that ends, and it outlives the main connection
 * where that has to be opened again.
 *
 * @throws {StoreLocked} where another process, or another store of this one, holds it
 */
export function lockFolder(folder: string): Disposable {
  const path = pathIn(folder)
  const db = openDatabase(path)
  try {
    db.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE')
    chmodSync(path, 0o600)
    return db
  } catch (error) {
    db[Symbol.dispose]()
    if (primaryCode(error) !== sqlite.busy) throw error
    throw new StoreLocked(
      `The data in ${folder} is in use by another Buzzer process. Stop that one, or give this ` +
        'one a data folder of its own.',
      { cause: error },
    )
  }
}

/** Whether somebody holds the folder; takes the lock from nobody. */
export function isHeld(folder: string): boolean {
  if (!existsSync(pathIn(folder))) return false
  using db = openDatabase(pathIn(folder), true)
  try {
    db.exec('PRAGMA busy_timeout = 0')
    db.prepare('SELECT count(*) FROM sqlite_schema').row()
    return false
  } catch (error) {
    if (primaryCode(error) === sqlite.busy) return true
    throw error
  }
}
