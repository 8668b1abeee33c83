import { chmodSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase, type Database } from './database.ts'
import { migrate } from './schema/migrate.ts'

/** Fixes a bug by which a checkpoint could lose what was just committed to a WAL. */
const leastVersion = [3, 51, 3] as const

export interface Place {
  /** The data folder, or ':memory:'. */
  readonly folder: string
  /** The database grows no further than this; null for as far as the disk goes. */
  readonly maxBytes: number | null
}

export const inMemory = ':memory:'

export const databaseFile = 'buzzer.db'

export const makeFolder = (folder: string): void => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
}

/** Opens the database with the pragmas that the promise rests on, and brings its schema up. */
export function connect({ folder, maxBytes }: Place): Database {
  const path = folder === inMemory ? inMemory : join(folder, databaseFile)
  const db = openDatabase(path)
  try {
    assertVersion(db)
    const mode = db.pragma('journal_mode = WAL')
    if (path !== inMemory && mode !== 'wal') throw new Error(`${path} cannot be put into WAL mode.`)
    // FULL syncs the WAL at every commit, which is what makes an answer true.
    db.exec(`
      PRAGMA synchronous = FULL;
      PRAGMA foreign_keys = OFF;
      PRAGMA temp_store = MEMORY;
      PRAGMA cache_size = -65536;
      PRAGMA wal_autocheckpoint = 1000;
      PRAGMA journal_size_limit = 67108864;
    `)
    if (maxBytes !== null) {
      db.pragma(`max_page_count = ${Math.ceil(maxBytes / Number(db.pragma('page_size')))}`)
    }
    migrate(db, folder)
    if (path !== inMemory) hide(path)
    return db
  } catch (error) {
    db[Symbol.dispose]()
    throw error
  }
}

/** Payloads are nobody else's business on this machine. */
function hide(path: string): void {
  for (const file of [path, `${path}-wal`, `${path}-shm`]) {
    if (existsSync(file)) chmodSync(file, 0o600)
  }
}

function assertVersion(db: Database): void {
  const text = String(db.prepare('SELECT sqlite_version()').row()?.[0])
  const parts = text.split('.').map(Number)
  const difference = leastVersion.map((least, index) => (parts[index] ?? 0) - least)
  if ((difference.find((step) => step !== 0) ?? 0) < 0) {
    throw new Error(`SQLite ${text} is too old: ${leastVersion.join('.')} or later is needed.`)
  }
}
