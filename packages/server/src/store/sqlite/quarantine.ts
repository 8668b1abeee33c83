import type { Log } from '../../ports/log.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Database, Row } from './database.ts'
import type { DeadTally } from './dead-tally.ts'
import { messageOf } from './fault.ts'
import type { KeyOrder } from './order.ts'
import { decodeRow, type StoredJob } from './row.ts'
import { isEnded, type Stage } from './stage.ts'
import type { Tally } from './tally.ts'

/**
 * Keeps rows that make no job apart, once, so that they are neither lost nor met again by every
 * claim and scan. What hangs on them stays, for whoever looks into it.
 */
export interface Quarantine {
  /** @returns null where it could not be read and was put apart: only within a write */
  decode(row: Row): StoredJob | null
  has(id: string): boolean
}

interface QuarantineParts {
  readonly db: Database
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  readonly tally: Tally
  readonly keys: KeyOrder
  readonly deadTally: DeadTally
}

export function createQuarantine(parts: QuarantineParts): Quarantine {
  const { db, clock, log, tally, keys, deadTally } = parts
  const insert = db.prepare(
    'INSERT OR REPLACE INTO quarantine (id, at, reason, row) VALUES (?, ?, ?, ?)',
  )
  const remove = db.prepare('DELETE FROM jobs WHERE id = ?')
  const find = db.prepare('SELECT 1 FROM quarantine WHERE id = ?')

  const putApart = (row: Row, reason: string): void => {
    const [id, tenant, operation, at] = row as unknown as readonly [string, string, string, Stage]
    const owner = { operation, tenant }
    const now = clock.now()
    insert.run(id, now, reason, JSON.stringify(row))
    remove.run(id)
    tally.move(owner, at, null)
    if (row[24] === 1) deadTally.add(operation, -1)
    const key = row[7]
    if (typeof key === 'string' && !isEnded(at)) keys.letGo(owner, key, now)
    log.error({ job: id, operation, reason }, 'a stored job cannot be read and was put apart')
  }

  return {
    decode(row) {
      try {
        return decodeRow(row)
      } catch (error) {
        putApart(row, messageOf(error))
        return null
      }
    },
    has: (id) => find.row(id) !== undefined,
  }
}
