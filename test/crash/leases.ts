import type { DatabaseSync } from 'node:sqlite'
import { rowsOf } from './data-file.ts'

/** Watches over the deaths that no lease stays where it is. */
export interface LeaseWatch {
  /**
   * @param upMs how long a server was up since the last look
   * @returns the jobs that hung on one lease through more uptime than two leases
   */
  look(db: DatabaseSync, upMs: number): readonly string[]
}

/** @param leaseMs longer than any attempt takes */
export function watchLeases(leaseMs: number): LeaseWatch {
  let heldMs = new Map<string, number>()
  return {
    look(db, upMs) {
      const rows = rowsOf(db, 'SELECT id, fence FROM jobs WHERE stage = 4')
      const held = rows.map(({ id, fence }) => `${id}, fence ${fence}`)
      heldMs = new Map(held.map((lease) => [lease, (heldMs.get(lease) ?? -upMs) + upMs]))
      return [...heldMs].filter(([, ms]) => ms > 2 * leaseMs).map(([lease]) => lease)
    },
  }
}
