import type { Clock } from '../../../ports/clock.ts'
import type { Log } from '../../../ports/log.ts'
import type { Database, Row } from '../database.ts'

/** Tables whose rows can be put apart, with what names a row of each. */
const keys = { endpoints: 'id', job_changes: 'seq', deliveries: 'id' } as const

/** Puts a row that cannot be read into the quarantine, so that it is not met again and not lost. */
export type PutApart = (table: keyof typeof keys, row: Row, reason: string) => void

interface ApartParts {
  readonly db: Database
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
}

export function createPutApart({ db, clock, log }: ApartParts): PutApart {
  const insert = db.prepare(
    'INSERT OR REPLACE INTO quarantine (id, at, reason, row) VALUES (?, ?, ?, ?)',
  )
  const removals = Object.fromEntries(
    Object.entries(keys).map(([table, key]) => [
      table,
      db.prepare(`DELETE FROM ${table} WHERE ${key} = ?`),
    ]),
  )
  return (table, row, reason) => {
    const [key = null] = row
    // It may run outside of a transaction: then a crash in between leaves the row to be met again.
    insert.run(`${table}/${String(key)}`, clock.now(), reason, JSON.stringify(row))
    removals[table]?.run(key)
    log.error({ table, row: key, reason }, 'a stored row cannot be read and was put apart')
  }
}
