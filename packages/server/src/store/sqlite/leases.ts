import type { Millis } from '../../core/time.ts'
import type { Core } from './core.ts'
import type { Database } from './database.ts'
import { deliveryState } from './deliveries/delivery-row.ts'

/** What is held, jobs that run and deliveries that are sent, and under which fence. */
export type Leases = ReadonlyMap<string, number>

export const noLeases: Leases = new Map()

/** Where even this cannot be read, all are let go: who works under them loses them to others. */
export function leasesLeft({ db }: Core): Leases {
  try {
    return new Map([...readHeld(db, heldJobs), ...readHeld(db, heldDeliveries)])
  } catch {
    return noLeases
  }
}

/** Lets go of everything but what is held still. */
export function endLeases({ db }: Core, held: Leases, now: Millis): void {
  const endJob = db.prepare(
    'UPDATE jobs SET lease_until = ? WHERE id = ? AND stage = 4 AND lease_until > ?',
  )
  for (const [id, fence] of readHeld(db, heldJobs)) {
    if (held.get(id) !== fence) endJob.run(now, id, now)
  }
  // In an ordered lane it keeps its place, in any other the end of its lease is that.
  const endDelivery = db.prepare(
    `UPDATE deliveries SET rank = CASE WHEN rank = due_at THEN ? ELSE rank END, due_at = ?
     WHERE id = ? AND due_at > ?`,
  )
  for (const [id, fence] of readHeld(db, heldDeliveries)) {
    if (held.get(id) !== fence) endDelivery.run(now, now, id, now)
  }
}

const heldJobs = 'SELECT id, fence FROM jobs INDEXED BY jobs_lease WHERE stage = 4'
const heldDeliveries = `SELECT id, fence FROM deliveries INDEXED BY deliveries_open
  WHERE state < 3 AND state = ${deliveryState.sending}`

const readHeld = (db: Database, sql: string): readonly (readonly [string, number])[] =>
  db.prepare(sql).rows() as unknown as readonly (readonly [string, number])[]
