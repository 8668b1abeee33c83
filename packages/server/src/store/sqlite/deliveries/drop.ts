import { liveLane, replayLane } from '../../../core/lane.ts'
import type { EndpointId } from '@buzzer/contract'
import type { DeliveryRef } from '../../../ports/deliveries.ts'
import { plain, type Handler, type Parts } from '../parts.ts'
import { deliveryState } from './delivery-row.ts'
import type { Millis } from '../../../core/time.ts'

const disabled =
  'The webhook is disabled: enable it, then have its failed deliveries sent once more.'
const removed = 'The webhook was removed.'

/** Fails what is not sent yet of endpoints that are disabled or gone. */
export function createDropDeliveries(parts: Parts): Handler {
  const { db, clock } = parts
  const read = db.prepare('SELECT id FROM endpoint_drops ORDER BY id')
  const isThere = db.prepare('SELECT 1 FROM endpoints WHERE id = ?')
  const isOpen = db.prepare(
    `SELECT 1 FROM deliveries INDEXED BY deliveries_open
     WHERE state < 3 AND lane = ? LIMIT 1`,
  )
  const finish = db.prepare('DELETE FROM endpoint_drops WHERE id = ?')
  const dropLane = createDropLane(parts)

  return plain(
    () => read.row() !== undefined,
    (limit: number): number => {
      const now = clock.now()
      let dropped = 0
      for (const [id] of read.rows()) {
        const lanes = [liveLane(id as EndpointId), replayLane(id as EndpointId)]
        const reason = isThere.row(id as string) === undefined ? removed : disabled
        for (const lane of lanes) dropped += dropLane(lane, reason, now, limit - dropped)
        // What is being sent may be scheduled once more.
        if (lanes.every((lane) => isOpen.row(lane) === undefined)) finish.run(id as string)
        if (dropped >= limit) break
      }
      return dropped
    },
  )
}

function createDropLane({ db, deliveryTally }: Parts) {
  const read = db.prepare(
    `SELECT id, state FROM deliveries INDEXED BY deliveries_open
     WHERE lane = ? AND state < 3 AND (state = ${deliveryState.scheduled} OR due_at <= ?)
     ORDER BY rank, id LIMIT ?`,
  )
  const fail = db.prepare(
    `UPDATE deliveries SET state = ${deliveryState.failed}, rank = NULL, due_at = NULL,
       finished_at = ?, reason = ? WHERE id = ?`,
  )
  return (lane: string, reason: string, now: Millis, limit: number): number => {
    const rows = read.rows(lane, now, limit)
    for (const [id, state] of rows) {
      fail.run(now, reason, id as string)
      if (state === deliveryState.scheduled) deliveryTally.add(-1)
    }
    return rows.length
  }
}

export interface ReleaseRequest {
  readonly held: readonly DeliveryRef[]
  readonly dueAt: Millis
}

/** Gives claimed ones back that were not sent; in an ordered lane they keep their place. */
export function createReleaseDeliveries({ db, deliveryTally }: Parts): Handler {
  const release = db.prepare(
    `UPDATE deliveries SET state = ${deliveryState.scheduled},
       rank = CASE WHEN rank = due_at THEN ? ELSE rank END, due_at = ?
     WHERE id = ? AND fence = ? AND state = ${deliveryState.sending}`,
  )
  return plain(true, ({ held, dueAt }: ReleaseRequest): null => {
    for (const { id, fence } of held) deliveryTally.add(release.run(dueAt, dueAt, id, fence))
    return null
  })
}
