import type { Database } from '../database.ts'
import type { Follower } from '../tally.ts'
import { deliveryState } from './delivery-row.ts'

/** Counts what waits to be sent, so that metrics cost no walk along it. */
export interface DeliveryTally extends Follower {
  readonly scheduled: number
  /** @param change how many more wait */
  add(change: number): void
}

/** Along the index of open ones alone. */
const count = `SELECT count(*) FROM deliveries INDEXED BY deliveries_open
  WHERE state < 3 AND state = ${deliveryState.scheduled}`

export function createDeliveryTally(db: Database): DeliveryTally {
  let scheduled = db.prepare(count).row()?.[0] as number
  /** What the present transaction changed. */
  let changed = 0
  return {
    get scheduled() {
      return scheduled
    },
    add(change) {
      scheduled += change
      changed += change
    },
    // A mark is what was changed until then.
    mark: () => changed,
    undo(mark) {
      scheduled -= changed - mark
      changed = mark
    },
    commit() {
      changed = 0
    },
  }
}
