import type { Database } from '../database.ts'
import { first } from './001-first.ts'

/** In order; the number of those that ran is kept in `user_version`. */
const migrations: readonly string[] = [first]

/** The newest schema that this program knows. */
export const newestSchema = migrations.length

/**
 * Brings the schema up to this program's, each step in a transaction of its own.
 *
 * @throws where the data was written by a newer program
 */
export function migrate(db: Database, where: string): void {
  const present = Number(db.pragma('user_version'))
  if (present > migrations.length) {
    throw new Error(
      `The data in ${where} has schema ${present}, which a newer Buzzer wrote; this one knows up ` +
        `to ${migrations.length}. Start the newer version, or restore a backup made before it.`,
    )
  }
  for (const [index, sql] of migrations.entries()) {
    if (index < present) continue
    db.exec(`BEGIN IMMEDIATE;${sql};PRAGMA user_version = ${index + 1};COMMIT`)
  }
}
