import { createHash } from 'node:crypto'
import type { Database } from '../database.ts'
import { first } from './001-first.ts'
import { channels } from './002-channels.ts'
import { dueIndex } from './003-due-index.ts'
import { tickets } from './004-tickets.ts'
import { deliveries } from './005-deliveries.ts'
import { voidedOutput } from './006-voided-output.ts'
import { namesakes } from './007-namesakes.ts'
import { lastOfNamesakes } from './008-last-of-namesakes.ts'
import { lostLeases } from './009-lost-leases.ts'

/** In order; the number of those that ran is kept in `user_version`. */
const migrations: readonly string[] = [
  first,
  channels,
  dueIndex,
  tickets,
  deliveries,
  voidedOutput,
  namesakes,
  lastOfNamesakes,
  lostLeases,
]

/** The newest schema that this program knows. */
export const newestSchema = migrations.length

/**
 * Brings the schema up to this program's, each step in a transaction of its own.
 *
 * @throws where the data was written by a newer program, or by one whose steps were others
 */
export function migrate(db: Database, where: string): void {
  const present = Number(db.pragma('user_version'))
  if (present > migrations.length) {
    throw new Error(
      `The data in ${where} has schema ${present}, which a newer Buzzer wrote; this one knows up ` +
        `to ${migrations.length}. Start the newer version, or restore a backup made before it.`,
    )
  }
  refuseOthers(db, present, where)
  for (const [index, sql] of migrations.entries()) {
    if (index < present) continue
    const version = index + 1
    const noteStep = `INSERT INTO schema_steps (version, digest) VALUES (${version}, '${digest(sql)}')`
    db.exec(`BEGIN IMMEDIATE;${sql};${noteStep};PRAGMA user_version = ${version};COMMIT`)
  }
}

/** A step that was edited after it had run would leave tables missing, and nobody would say why. */
function refuseOthers(db: Database, present: number, where: string): void {
  if (present === 0) return
  const taken = stepsOf(db)
  if (migrations.slice(0, present).every((sql, index) => taken[index] === digest(sql))) return
  throw new Error(
    `The data in ${where} was made by a Buzzer from before the first release, with other tables ` +
      '(schema 1). Let that version finish its jobs, then start this one on an empty folder.',
  )
}

function stepsOf(db: Database): readonly unknown[] {
  const isThere = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'schema_steps'").row()
  if (isThere === undefined) return []
  const rows = db.prepare('SELECT digest FROM schema_steps ORDER BY version').rows()
  return rows.map(([taken]) => taken)
}

const digest = (sql: string): string => createHash('sha256').update(sql).digest('hex').slice(0, 16)
