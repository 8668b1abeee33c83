import type { BatchId, DeliveryId, EndpointId, JobId } from '@buzzer/contract'
import type { Delivery, DeliveryState, DeliveryTarget } from '../../../core/delivery.ts'
import type { ListedDelivery } from '../../../ports/deliveries.ts'
import type { Row, Value } from '../database.ts'

/** States as they are stored; those below `delivered` are open, which the index of lanes uses. */
export const deliveryState: Readonly<Record<DeliveryState, number>> = {
  scheduled: 1,
  sending: 2,
  delivered: 3,
  failed: 4,
}

/** What the kind of a target is, its id says. */
export const targetOf = (id: string): DeliveryTarget =>
  isEndpoint(id)
    ? { kind: 'endpoint', id: id as EndpointId }
    : { kind: 'callback', id: id as JobId | BatchId }

export const isEndpoint = (target: string): boolean => target.startsWith('whk_')

/** A delivery with its message, the address of a callback and how the last attempt went. */
export const listedColumns = `deliveries.id, deliveries.target, deliveries.lane, deliveries.message,
  deliveries.state, deliveries.attempts, deliveries.step, deliveries.fence, deliveries.due_at,
  deliveries.finished_at, deliveries.reason, deliveries.created_at, messages.tenant,
  messages.channel, messages.offset, messages.event_id, messages.type, messages.at, callbacks.url,
  delivery_attempts.status, delivery_attempts.error, messages.body IS NULL`

/** In this order, so that the walk is along the deliveries and nothing has to be sorted. */
export const joinedToDeliveries = `CROSS JOIN messages ON messages.id = deliveries.message
  LEFT JOIN callbacks ON callbacks.id = deliveries.target
  LEFT JOIN delivery_attempts ON delivery_attempts.delivery = deliveries.id
    AND delivery_attempts.attempt = deliveries.attempts`

/**
 * @param row `listedColumns`
 * @throws where the row makes no delivery, as after damage to the file
 */
export const decodeListed = (row: Row): ListedDelivery => ({
  delivery: decodeDelivery(row),
  message: {
    channel: row[13] as string,
    offset: row[14] as number,
    eventId: row[15] as string,
    type: row[16] as string,
    at: row[17] as number,
  },
  callbackUrl: row[18] as string | null,
  last: row[5] === 0 ? null : { status: row[19] as number | null, error: row[20] as string | null },
})

export const isErased = (row: Row): boolean => row[21] === 1

function decodeDelivery(row: Row): Delivery {
  const life = {
    id: row[0] as DeliveryId,
    target: targetOf(row[1] as string),
    lane: row[2] as string,
    message: row[3] as number,
    attempts: row[5] as number,
    step: row[6] as number,
    fence: row[7] as number,
    createdAt: row[11] as number,
    tenant: row[12] as string,
  }
  switch (row[4]) {
    case deliveryState.scheduled:
      return { ...life, state: 'scheduled', dueAt: row[8] as number }
    case deliveryState.sending:
      return { ...life, state: 'sending', leaseUntil: row[8] as number }
    case deliveryState.delivered:
      return { ...life, state: 'delivered', finishedAt: row[9] as number }
    case deliveryState.failed:
      return {
        ...life,
        state: 'failed',
        finishedAt: row[9] as number,
        reason: row[10] as string,
      }
    default:
      throw new Error(`${life.id} is in state ${String(row[4])}, which there is not.`)
  }
}

/** State, due time, end and reason, as columns. */
export const stateValues = (delivery: Delivery): readonly [number, Value, Value, Value] => {
  const state = deliveryState[delivery.state]
  switch (delivery.state) {
    case 'scheduled':
      return [state, delivery.dueAt, null, null]
    case 'sending':
      return [state, delivery.leaseUntil, null, null]
    case 'delivered':
      return [state, null, delivery.finishedAt, null]
    case 'failed':
      return [state, null, delivery.finishedAt, delivery.reason]
  }
}
