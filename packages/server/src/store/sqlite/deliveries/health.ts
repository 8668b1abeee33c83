import type { DisableReason } from '@buzzer/contract'
import type { DeliveryPolicy } from '../../../core/delivery-policy.ts'
import {
  afterFailure,
  disableReasonOf,
  type EndpointHealth,
} from '../../../core/endpoint-health.ts'
import type { Millis } from '../../../core/time.ts'
import type { DeliverySettlement } from '../../../ports/deliveries.ts'
import type { Parts } from '../parts.ts'
import { createTellDisabled } from './own-events.ts'

type Verdict = DeliverySettlement['verdict']

/** Keeps how endpoints do. @returns why this one was disabled now; null where it was not */
export function createKeepHealth(parts: Parts) {
  const { db } = parts
  const succeed = db.prepare(
    `UPDATE endpoint_health SET failures = 0, failing_since = NULL, last_success_at = ?
     WHERE id = ?`,
  )
  const read = db.prepare(
    `SELECT failures, failing_since, last_success_at, enabled, settings ->> '$.policy.disableAfter'
     FROM endpoint_health JOIN endpoints ON endpoints.id = endpoint_health.id
     WHERE endpoint_health.id = ?`,
  )
  const fail = db.prepare('UPDATE endpoint_health SET failures = ?, failing_since = ? WHERE id = ?')
  const disable = createDisable(parts)

  return (id: string, verdict: Verdict, now: Millis): DisableReason | null => {
    if (verdict === 'nothing') return null
    if (verdict === 'success') {
      succeed.run(now, id)
      return null
    }
    const row = read.row(id) as HealthRow | undefined
    if (row === undefined) return null
    const [failures, failingSince, lastSuccessAt, enabled, disableAfter] = row
    const health = afterFailure({ failures, failingSince, lastSuccessAt }, now)
    fail.run(health.failures, health.failingSince, id)
    const policy = { disableAfter: JSON.parse(disableAfter) as DeliveryPolicy['disableAfter'] }
    const reason = verdict === 'gone' ? 'gone' : disableReasonOf(health, policy, now)
    if (reason === null || enabled === 0) return null
    disable(id, reason, health, now)
    return reason
  }
}

type HealthRow = readonly [
  failures: number,
  failingSince: number | null,
  lastSuccessAt: number | null,
  enabled: number,
  disableAfter: string,
]

function createDisable(parts: Parts) {
  const { db, book } = parts
  const update = db.prepare(
    `UPDATE endpoints SET enabled = 0, disabled = ?, version = version + 1, changed_at = ?
     WHERE id = ?`,
  )
  const drop = db.prepare('INSERT OR IGNORE INTO endpoint_drops (id) VALUES (?)')
  const tellDisabled = createTellDisabled(parts)
  return (id: string, reason: DisableReason, health: EndpointHealth, now: Millis): void => {
    update.run(JSON.stringify({ at: now, reason }), now, id)
    drop.run(id)
    book.changed()
    tellDisabled(id, reason, health, now)
  }
}
