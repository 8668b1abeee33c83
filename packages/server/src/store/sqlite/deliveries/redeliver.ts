import type { DeliveryId } from '@buzzer/contract'
import { moveDelivery, type Delivery } from '../../../core/delivery.ts'
import type { Millis } from '../../../core/time.ts'
import type {
  ListedDelivery,
  RedeliverBatch,
  Redelivered,
  RedeliveredBatch,
} from '../../../ports/deliveries.ts'
import type { Row } from '../database.ts'
import { idAfter, idBefore } from '../id-time.ts'
import { plain, type Handler, type Parts } from '../parts.ts'
import {
  decodeListed,
  deliveryState,
  isErased,
  joinedToDeliveries,
  listedColumns,
  stateValues,
} from './delivery-row.ts'

export interface RedeliverRequest {
  readonly tenant: string
  readonly id: DeliveryId
  readonly dueAt: Millis
}

export function createRedeliver(parts: Parts): Handler {
  const { db, book, callbacks } = parts
  const read = db.prepare(
    `SELECT ${listedColumns} FROM deliveries ${joinedToDeliveries}
     WHERE deliveries.id = ? AND messages.tenant = ?`,
  )
  const sendAgain = createSendAgain(parts)

  return plain(true, ({ tenant, id, dueAt }: RedeliverRequest): Redelivered => {
    const row = read.row(id, tenant)
    if (row === undefined) return { kind: 'unknown' }
    const listed = decodeListed(row)
    const { target } = listed.delivery
    if (target.kind === 'endpoint' && book.find(target.id) === null) return { kind: 'disabled' }
    const isGone = target.kind === 'callback' && callbacks.find(target.id) === null
    if (isGone || isErased(row)) return { kind: 'erased' }
    const delivery = sendAgain(listed.delivery, listed.delivery.lane, dueAt)
    return delivery === null
      ? { kind: 'being-sent' }
      : { kind: 'scheduled', listed: { ...listed, delivery } }
  })
}

/** @returns null where it is being sent */
function createSendAgain({ db, book, clock, deliveryTally }: Parts) {
  const update = db.prepare(
    `UPDATE deliveries SET state = ?, due_at = ?, finished_at = ?, reason = ?, step = ?, lane = ?,
       rank = ?, leases_lost = 0 WHERE id = ?`,
  )
  return (delivery: Delivery, lane: string, dueAt: Millis): Delivery | null => {
    const moved = moveDelivery(delivery, { kind: 'redeliver', dueAt }, clock.now())
    if (moved.kind === 'refused') return null
    const next = { ...moved.delivery, lane }
    const isOrdered = book.find(delivery.target.id)?.ordered === true
    const rank = isOrdered ? delivery.createdAt : dueAt
    update.run(...stateValues(next), next.step, lane, rank, next.id)
    if (delivery.state !== 'scheduled') deliveryTally.add(1)
    return next
  }
}

/** How many deliveries of the endpoint one page looks at, whatever became of them. */
const looksAtMost = 1_000

/** Oldest first, so that they are sent in the order in which they were made. */
export function createRedeliverFailed(parts: Parts): Handler {
  const { db, book } = parts
  const read = db.prepare(
    `SELECT ${listedColumns} FROM deliveries INDEXED BY deliveries_target ${joinedToDeliveries}
     WHERE target = ? AND deliveries.id > ? AND deliveries.id < ?
     ORDER BY deliveries.id LIMIT ${looksAtMost}`,
  )
  const sendAgain = createSendAgain(parts)

  return plain(true, (batch: RedeliverBatch): RedeliveredBatch => {
    const { endpoint, lane, firstDueAt, everyMs } = batch
    if (book.find(endpoint)?.tenant !== batch.tenant) return { count: 0, next: null }
    const rows = read.rows(endpoint, ...boundsOf(batch))
    let count = 0
    for (const row of rows) {
      if (count >= batch.limit) return { count, next: before(rows, row) }
      const listed = wanted(row, batch)
      if (listed === null) continue
      sendAgain(listed.delivery, lane, firstDueAt + Math.round(count * everyMs))
      count += 1
    }
    return { count, next: rows.length < looksAtMost ? null : (rows.at(-1)?.[0] as string) }
  })
}

const before = (rows: readonly Row[], row: Row): string =>
  rows[rows.indexOf(row) - 1]?.[0] as string

function boundsOf({ createdAfter, createdBefore, cursor }: RedeliverBatch) {
  const from = createdAfter === null ? '' : idBefore(createdAfter, 'dlv')
  const to = createdBefore === null ? 'dlv_~' : idAfter(createdBefore, 'dlv')
  return [cursor !== null && cursor > from ? cursor : from, to] as const
}

/** @returns null for one that did not fail, was erased, or is not asked for */
function wanted(row: Row, batch: RedeliverBatch): ListedDelivery | null {
  if (row[4] !== deliveryState.failed || isErased(row)) return null
  const listed = decodeListed(row)
  const { createdAt } = listed.delivery
  if (batch.type !== null && listed.message.type !== batch.type) return null
  if (batch.createdAfter !== null && createdAt <= batch.createdAfter) return null
  return batch.createdBefore === null || createdAt < batch.createdBefore ? listed : null
}
