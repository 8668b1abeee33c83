import { copyFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const names = ['buzzer.db', 'buzzer.db-wal']

/**
 * Opens a copy of what a dead server left, so that looking at it does not repair it before the
 * next server comes to do so.
 */
export async function openCopy(data: string, scratch: string): Promise<DatabaseSync> {
  await rm(scratch, { recursive: true, force: true })
  await mkdir(scratch)
  for (const name of names) {
    // There is no WAL where the server closed it in order.
    await copyFile(join(data, name), join(scratch, name)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    })
  }
  return new DatabaseSync(join(scratch, 'buzzer.db'))
}

export type Row = Readonly<Record<string, string | number | null>>

export const rowsOf = (db: DatabaseSync, sql: string): readonly Row[] =>
  db.prepare(sql).all() as Row[]

/** What SQLite finds wrong with the file; nothing, as a rule. */
export const checkIntegrity = (db: DatabaseSync): readonly string[] =>
  rowsOf(db, 'PRAGMA integrity_check')
    .map(({ integrity_check: line }) => String(line))
    .filter((line) => line !== 'ok')
