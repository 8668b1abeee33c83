import type { LaneHead } from '../../../ports/deliveries.ts'
import type { Database } from '../database.ts'
import { plain, type Handler, type Parts } from '../parts.ts'

export interface LanesRequest {
  readonly after: string
  readonly limit: number
}

/** From the first row of one lane to that of the next: what waits behind them costs nothing. */
export function createLanes({ db }: Parts): Handler {
  const readNext = createReadNextLane(db)
  return plain(false, ({ after, limit }: LanesRequest): readonly LaneHead[] => {
    const heads: LaneHead[] = []
    for (let last = after; heads.length < limit;) {
      const head = readNext(last)
      if (head === null) break
      heads.push(head)
      last = head.lane
    }
    return heads
  })
}

export function createReadNextLane(db: Database): (after: string) => LaneHead | null {
  const read = db.prepare(
    `SELECT lane, due_at FROM deliveries INDEXED BY deliveries_open
     WHERE state < 3 AND lane > ? ORDER BY lane, rank, id LIMIT 1`,
  )
  return (after) => {
    const [lane, dueAt] = read.row(after) ?? []
    return typeof lane === 'string' ? { lane, dueAt: dueAt as number } : null
  }
}

/** @returns when the first of a lane can be claimed; null where nothing waits in it */
export function createReadHead(db: Database): (lane: string) => number | null {
  const read = db.prepare(
    `SELECT due_at FROM deliveries INDEXED BY deliveries_open
     WHERE state < 3 AND lane = ? ORDER BY rank, id LIMIT 1`,
  )
  return (lane) => (read.row(lane)?.[0] ?? null) as number | null
}
