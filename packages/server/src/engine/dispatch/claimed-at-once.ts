import type { Millis } from '../../core/time.ts'
import type { ClaimedDelivery } from '../../ports/deliveries.ts'
import type { NewDelivery, NewMessage } from '../../ports/fan-out.ts'

/** A delivery that was stored as claimed, as a claim would have given it. */
export const claimedAtOnce = (
  message: NewMessage,
  { id, target, lane, leaseUntil }: NewDelivery,
  createdAt: Millis,
): ClaimedDelivery => ({
  delivery: {
    id,
    tenant: message.tenant,
    target,
    lane,
    // Numbered by the store; nothing that is done with it asks for the number.
    message: 0,
    createdAt,
    state: 'sending',
    attempts: 0,
    step: 0,
    fence: 1,
    leaseUntil: leaseUntil ?? createdAt,
  },
  message,
  callback: message.callback,
})
