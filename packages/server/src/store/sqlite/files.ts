import type { StoreFiles } from '../../ports/store-files.ts'
import { checkFile, checkStored } from './audit.ts'
import { databaseFile } from './connection.ts'
import { copyStore } from './copy.ts'
import type { Database } from './database.ts'
import { isHeld, lockFolder } from './lock.ts'
import { lookInto } from './look.ts'
import { readOnly } from './read-only.ts'
import { newestSchema } from './schema/migrate.ts'

/** The files of the embedded store, for commands that run beside a server. */
export const sqliteFiles: StoreFiles = {
  fileName: databaseFile,
  schema: newestSchema,
  copy: copyStore,
  look: (folder) => readOnly(folder, lookInto),
  check: (folder) => readOnly(folder, (db) => checkFile(db, 'quick_check')),
  audit: (folder) => readOnly(folder, auditIn),
  isHeld,
  hold: lockFolder,
}

/** A file without tables has nothing in it that could be wrong. */
const auditIn = (db: Database): readonly string[] =>
  db.pragma('user_version') === 0
    ? checkFile(db, 'integrity_check')
    : checkStored(db, 'integrity_check')
