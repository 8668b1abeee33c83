import type { Millis } from '../../../core/time.ts'
import type { Parts } from '../parts.ts'
import { deliveryState } from './delivery-row.ts'

/** How many rows are looked at for each one that may be removed. */
const looksPerDelivery = 5
/** Callers wait behind a step, so that on a slow machine it ends early, in milliseconds. */
const stepAtMostMs = 3

interface Step {
  readonly deliveries: number
  readonly more: boolean
}

type Looked = readonly [
  id: string,
  state: number,
  createdAt: Millis,
  finishedAt: Millis,
  message: number,
  target: string,
]

/** Walks along the deliveries from the oldest on, as the retention of jobs does along those. */
export function createDeliveryRetention(parts: Parts) {
  const { db, clock } = parts
  const read = db.prepare(
    `SELECT id, state, created_at, finished_at, message, target FROM deliveries
     WHERE id > ? ORDER BY id LIMIT ?`,
  )
  const remove = createRemoveDelivery(parts)
  let after = ''

  return (until: Millis, now: Millis, limit: number): Step => {
    const looks = limit * looksPerDelivery
    const rows = read.rows(after, looks) as unknown as readonly Looked[]
    let deliveries = 0
    let isLate = false
    for (const [id, state, createdAt, finishedAt, message, target] of rows) {
      if (createdAt > until || deliveries >= limit || isLate) break
      after = id
      if (state < deliveryState.delivered || finishedAt > until) continue
      remove(id, message, target)
      deliveries += 1
      isLate = clock.now() - now > stepAtMostMs
    }
    const isFull = rows.length === looks && after === rows.at(-1)?.[0]
    const more = isLate || deliveries >= limit || isFull
    if (!more) after = ''
    return { deliveries, more }
  }
}

/** With its attempts, with its message where that was the last one, and the callback likewise. */
function createRemoveDelivery({ db, callbacks }: Parts) {
  const remove = db.prepare('DELETE FROM deliveries WHERE id = ?')
  const removeAttempts = db.prepare('DELETE FROM delivery_attempts WHERE delivery = ?')
  const removeMessage = db.prepare(
    `DELETE FROM messages WHERE id = ?
       AND NOT EXISTS (SELECT 1 FROM deliveries WHERE message = messages.id)`,
  )
  return (id: string, message: number, target: string): void => {
    remove.run(id)
    removeAttempts.run(id)
    removeMessage.run(message)
    callbacks.letGo(target)
  }
}
