import type { Millis } from '../../core/time.ts'
import type { Database } from './database.ts'
import { plain, type Handler, type Parts } from './parts.ts'

export interface TicketUse {
  readonly id: string
  readonly firstUseBy: Millis
}

/** A reconnect writes only where the last one was longer ago than this. */
const noteMs = 3_600_000

export function createUseTicket({ db, clock }: Parts): Handler {
  const read = db.prepare('SELECT used_at FROM tickets WHERE id = ?')
  const write = db.prepare('INSERT OR REPLACE INTO tickets (id, used_at) VALUES (?, ?)')
  return plain(true, ({ id, firstUseBy }: TicketUse): boolean => {
    const now = clock.now()
    const usedAt = read.row(id)?.[0] as Millis | undefined
    if (usedAt === undefined && now > firstUseBy) return false
    if (usedAt === undefined || now - usedAt > noteMs) write.run(id, now)
    return true
  })
}

export function createTicketRetention(db: Database) {
  const remove = db.prepare(
    `DELETE FROM tickets WHERE id IN (
       SELECT id FROM tickets WHERE used_at <= ? ORDER BY used_at LIMIT ?)`,
  )
  return (until: Millis, limit: number): number => remove.run(until, limit)
}
