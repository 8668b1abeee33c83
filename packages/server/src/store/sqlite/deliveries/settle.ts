import type { DisableReason } from '@buzzer/contract'
import type { DeliverySettled, DeliverySettlement } from '../../../ports/deliveries.ts'
import type { Codec } from '../codec.ts'
import type { Value } from '../database.ts'
import { opcode } from '../opcode.ts'
import type { Handler, Parts } from '../parts.ts'
import { encodeJson } from '../row.ts'
import { deliveryState, isEndpoint, stateValues } from './delivery-row.ts'
import { createKeepHealth } from './health.ts'
import { createTellFailed } from './own-events.ts'

const lost = 0
const stands = 1

/** Records what became of an attempt, under its lease. */
export function createSettleDelivery(parts: Parts): Handler {
  const { db, clock, deliveryTally } = parts
  const readHeld = db.prepare(
    `SELECT target, message FROM deliveries
     WHERE id = ? AND fence = ? AND state = ${deliveryState.sending}`,
  )
  const update = db.prepare(
    `UPDATE deliveries SET state = ?, due_at = ?, finished_at = ?, reason = ?, attempts = ?,
       step = ?, leases_lost = 0, rank = CASE WHEN ? THEN coalesce(?, rank) END WHERE id = ?`,
  )
  const insertAttempt = db.prepare(
    `INSERT OR REPLACE INTO delivery_attempts
       (delivery, attempt, at, latency_ms, status, error, answer)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const keepHealth = createKeepHealth(parts)
  const tellFailed = createTellFailed(parts)

  return {
    writes: true,
    run(input, output) {
      const now = clock.now()
      const id = input.text()
      const [target, message] = readHeld.row(id, input.number()) ?? []
      if (typeof target !== 'string') return output.value(lost)
      const state = input.number()
      const times = [input.value(), input.value(), input.value()] as [Value, Value, Value]
      const attempts = input.number()
      const step = input.number()
      const isOpen = state === deliveryState.scheduled
      const rank = input.numberOrNull()
      update.run(state, ...times, attempts, step, isOpen ? 1 : 0, rank, id)
      if (isOpen) deliveryTally.add(1)
      insertAttempt.run(id, ...(input.value() as readonly Value[]))
      const verdict = input.text() as DeliverySettlement['verdict']
      const disabled = isEndpoint(target) ? keepHealth(target, verdict, now) : null
      if (state === deliveryState.failed) {
        const error = String(times[2])
        tellFailed({ delivery: id, target, message: message as number, attempts, error }, now)
      }
      output.value(stands)
      output.value(disabled)
    },
  }
}

export const settleDeliveryCodec: Codec<DeliverySettlement, DeliverySettled> = {
  code: opcode.settleDelivery,
  write(output, { lease, next, rank, attempt, verdict }) {
    output.value(lease.id)
    output.value(lease.fence)
    for (const value of stateValues(next)) output.value(value)
    output.value(next.attempts)
    output.value(next.step)
    output.value(rank)
    const { at, latencyMs, status, error, answer } = attempt
    output.value([attempt.attempt, at, latencyMs, status, error, encodeJson(answer)])
    output.value(verdict)
  },
  read: (input) =>
    input.number() === lost
      ? { kind: 'lease-lost' }
      : { kind: 'settled', disabled: input.textOrNull() as DisableReason | null },
}
