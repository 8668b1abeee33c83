import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { StoreUnavailable } from '../../ports/store.ts'
import { databaseFile } from './connection.ts'
import { openDatabase, type Database } from './database.ts'
import { messageOf } from './fault.ts'

/**
 * Opens a store beside the process that works on it, or where none does; takes no lock of ours.
 *
 * @throws {StoreUnavailable} where there is none, or it cannot be read
 */
function openReadOnly(folder: string): Database {
  refuseMissing(folder)
  try {
    return openDatabase(join(folder, databaseFile), true)
  } catch (cause) {
    throw cannotRead(folder, cause)
  }
}

export function refuseMissing(folder: string): void {
  if (existsSync(join(folder, databaseFile))) return
  throw new StoreUnavailable(`There is no store in ${folder}.`)
}

/** Reads in one transaction, so that all of it is of one moment. */
export function readOnly<Found>(folder: string, read: (db: Database) => Found): Found {
  using db = openReadOnly(folder)
  try {
    db.exec('BEGIN')
    return read(db)
  } catch (cause) {
    throw cannotRead(folder, cause)
  }
}

export const cannotRead = (folder: string, cause: unknown): StoreUnavailable =>
  new StoreUnavailable(`The store in ${folder} cannot be read: ${messageOf(cause)}`, { cause })
