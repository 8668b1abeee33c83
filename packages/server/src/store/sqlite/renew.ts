import type { Clock } from '../../ports/clock.ts'
import type { Database } from './database.ts'
import type { Served } from './served.ts'

/** Renews the leases that this store gave, from where user code cannot block it. */
export interface Renewal {
  isDue(): boolean
  /** One page, the most urgent first. */
  renew(): void
}

const pageSize = 10_000
/** A lease is renewed when a third of it is used up. */
const share = 2 / 3

export function createRenewal(db: Database, served: Served, clock: Pick<Clock, 'now'>): Renewal {
  // A lease that has ended is never renewed: the right to the job may be somebody else's already.
  const read = db.prepare(
    `SELECT id, operation, node, lease_until, attempt_until FROM jobs INDEXED BY jobs_lease
     WHERE stage = 4 AND lease_until > ? AND lease_until < ? AND lease_until < attempt_until
     ORDER BY lease_until LIMIT ?`,
  )
  const update = db.prepare('UPDATE jobs SET lease_until = ? WHERE id = ?')

  const page = (limit: number) => {
    const now = clock.now()
    const rows = read.rows(now, now + served.longestLeaseMs() * share, limit)
    return rows as unknown as readonly LeasedRow[]
  }

  return {
    isDue: () => page(1).length > 0,
    renew() {
      const now = clock.now()
      for (const [id, operation, node, leaseUntil, attemptUntil] of page(pageSize)) {
        const terms = served.terms(node, operation)
        if (terms === undefined || leaseUntil - now >= terms.leaseMs * share) continue
        update.run(Math.min(now + terms.leaseMs, attemptUntil), id)
      }
    },
  }
}

type LeasedRow = readonly [
  id: string,
  operation: string,
  node: string,
  leaseUntil: number,
  attemptUntil: number,
]
