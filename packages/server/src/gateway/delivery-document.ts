import {
  formatSequence,
  type DeliveryAttemptDocument,
  type DeliveryDocument,
  type WholeDeliveryDocument,
} from '@buzzer/contract'
import type { Delivery } from '../core/delivery.ts'
import { formatTime } from '../core/time.ts'
import type { DeliveryAttempt, ListedDelivery, WholeDelivery } from '../ports/deliveries.ts'

const deliveryPath = ({ id }: Pick<Delivery, 'id'>): string => `/v1/deliveries/${id}`

/** Where it goes, and how often that is tried, as its endpoint has it. */
export interface DeliveryGoal {
  /** Null where nobody knows it any more. */
  readonly url: string | null
  /** Of its schedule. */
  readonly maxAttempts: number
}

export function deliveryDocument(
  { delivery, message, last }: ListedDelivery,
  { url, maxAttempts }: DeliveryGoal,
  publicUrl: string,
): DeliveryDocument {
  const { id, state, target, attempts, step, createdAt } = delivery
  const self = publicUrl + deliveryPath(delivery)
  const hasEnded = delivery.state === 'delivered' || delivery.state === 'failed'
  return {
    id,
    state,
    webhook: target.kind === 'endpoint' ? target.id : null,
    callback: target.kind === 'callback' ? target.id : null,
    url,
    event: {
      id: message.eventId,
      type: message.type,
      channel: message.channel,
      sequence: formatSequence(message.offset),
    },
    attempt: attempts,
    // Those of earlier schedules count in both, where it was sent again.
    maxAttempts: attempts - step + maxAttempts,
    createdAt: formatTime(createdAt),
    nextAttemptAt: delivery.state === 'scheduled' ? formatTime(delivery.dueAt) : null,
    finishedAt: hasEnded ? formatTime(delivery.finishedAt) : null,
    error: delivery.state === 'failed' ? delivery.reason : (last?.error ?? null),
    status: last?.status ?? null,
    links: { self, redeliver: `${self}/redeliver` },
  }
}

export const wholeDeliveryDocument = (
  whole: WholeDelivery,
  goal: DeliveryGoal,
  publicUrl: string,
): WholeDeliveryDocument => ({
  ...deliveryDocument(whole, goal, publicUrl),
  attempts: whole.history.map(attemptDocument),
  body: whole.body,
})

const attemptDocument = ({ at, ...attempt }: DeliveryAttempt): DeliveryAttemptDocument => ({
  ...attempt,
  at: formatTime(at),
})
