import type { DeliveryId } from '@buzzer/contract'
import type { Millis } from '../../../core/time.ts'
import type { GivenUp } from '../../../ports/deliveries.ts'
import type { Row } from '../database.ts'
import type { Parts } from '../parts.ts'
import { deliveryState, targetOf } from './delivery-row.ts'
import { createTellFailed } from './own-events.ts'

const reasonOf = (leasesLost: number): string =>
  `The server vanished ${leasesLost} times while it sent this, so it is not tried again. ` +
  'Look for what ends the process (memory, a crash), then have it sent once more.'

/**
 * Fails what is taken for the cause that its senders vanish. It says nothing of its endpoint, which
 * may never have been reached.
 *
 * @returns how to do that with a row of the claim
 */
export function createGiveUp(parts: Parts): (row: Row, leasesLost: number, now: Millis) => GivenUp {
  const fail = parts.db.prepare(
    `UPDATE deliveries SET state = ${deliveryState.failed}, rank = NULL, due_at = NULL,
       finished_at = ?, reason = ? WHERE id = ?`,
  )
  const tellFailed = createTellFailed(parts)
  return (row, leasesLost, now) => {
    const [id, , , target, message, attempts] = row as readonly [
      DeliveryId,
      number,
      number,
      string,
      number,
      number,
    ]
    const error = reasonOf(leasesLost)
    fail.run(now, error, id)
    tellFailed({ delivery: id, target, message, attempts, error }, now)
    return { id, tenant: row[9] as string, target: targetOf(target), leasesLost }
  }
}
