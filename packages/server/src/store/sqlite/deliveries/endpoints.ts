import type { EndpointId } from '@buzzer/contract'
import type { Endpoint } from '../../../core/endpoint.ts'
import { liveLane, replayLane } from '../../../core/lane.ts'
import type { EndpointList } from '../../../ports/endpoints.ts'
import { messageOf } from '../fault.ts'
import { plain, type Handler, type Parts } from '../parts.ts'
import { decodeEndpoint, ownersValues, selectEndpoints } from './endpoint-row.ts'

export interface EndpointRequest {
  readonly tenant: string
  readonly id: EndpointId
}

export interface ChangeEndpoint {
  readonly endpoint: Endpoint
  readonly expected: number
}

/** Every node knows all of them, and looks through them for each channel that it has not met. */
const endpointsAtMost = 10_000

export function createListEndpoints({ db, putApart }: Parts): Handler {
  const read = db.prepare(`${selectEndpoints} ORDER BY endpoints.id`)
  const readRevision = db.prepare('SELECT revision FROM fan_out_state')
  return plain(false, (): EndpointList => {
    const endpoints: Endpoint[] = []
    for (const row of read.rows()) {
      try {
        endpoints.push(decodeEndpoint(row))
      } catch (error) {
        putApart('endpoints', row, messageOf(error))
      }
    }
    return { endpoints, revision: readRevision.row()?.[0] as number }
  })
}

export function createReadEndpoint({ db }: Parts): Handler {
  const read = db.prepare(`${selectEndpoints} WHERE endpoints.id = ? AND tenant = ?`)
  return plain(false, ({ tenant, id }: EndpointRequest): Endpoint | null => {
    const row = read.row(id, tenant)
    return row === undefined ? null : decodeEndpoint(row)
  })
}

export function createCreateEndpoint({ db, book }: Parts): Handler {
  const count = db.prepare('SELECT count(*) FROM endpoints')
  const insert = db.prepare(
    `INSERT INTO endpoints
       (id, tenant, settings, secrets, enabled, disabled, version, created_at, changed_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const insertHealth = db.prepare(
    `INSERT INTO endpoint_health (id, failures, failing_since, last_success_at)
     VALUES (?, ?, ?, ?)`,
  )
  return plain(true, (endpoint: Endpoint): 'created' | 'too-many' => {
    if ((count.row()?.[0] as number) >= endpointsAtMost) return 'too-many'
    const { id, tenant, version, createdAt, changedAt, health } = endpoint
    insert.run(id, tenant, ...ownersValues(endpoint), version, createdAt, changedAt)
    insertHealth.run(id, health.failures, health.failingSince, health.lastSuccessAt)
    book.changed()
    return 'created'
  })
}

export function createChangeEndpoint({ db, book }: Parts): Handler {
  const read = db.prepare('SELECT version, enabled FROM endpoints WHERE id = ? AND tenant = ?')
  const update = db.prepare(
    `UPDATE endpoints SET settings = ?, secrets = ?, enabled = ?, disabled = ?, version = ?,
       changed_at = ? WHERE id = ?`,
  )
  const beginAnew = db.prepare(
    'UPDATE endpoint_health SET failures = 0, failing_since = NULL WHERE id = ?',
  )
  const drop = db.prepare('INSERT OR IGNORE INTO endpoint_drops (id) VALUES (?)')
  const keep = db.prepare('DELETE FROM endpoint_drops WHERE id = ?')
  const goByTime = createGoByTime(db)

  return plain(true, ({ endpoint, expected }: ChangeEndpoint): 'changed' | 'moved' | 'unknown' => {
    const { id, tenant, enabled, changedAt } = endpoint
    const [version, wasEnabled] = read.row(id, tenant) ?? []
    if (version === undefined) return 'unknown'
    if (version !== expected) return 'moved'
    const isOrdered = endpoint.settings.policy.ordered
    if (!isOrdered && book.find(id)?.ordered === true) goByTime(id)
    update.run(...ownersValues(endpoint), expected + 1, changedAt, id)
    if (enabled && wasEnabled === 0) beginAnew.run(id)
    if (enabled) keep.run(id)
    else drop.run(id)
    book.changed()
    return 'changed'
  })
}

/** How many of each lane are placed anew; of those behind them, none was put off. */
const placedAtMost = 100

/** Places what waits in the lanes of an endpoint by its time, as in a lane that is not ordered. */
function createGoByTime(db: Parts['db']): (id: EndpointId) => void {
  const place = db.prepare(
    `UPDATE deliveries SET rank = due_at WHERE id IN (
       SELECT id FROM deliveries INDEXED BY deliveries_open
       WHERE lane = ? AND state < 3 ORDER BY rank, id LIMIT ${placedAtMost})`,
  )
  return (id) => {
    place.run(liveLane(id))
    place.run(replayLane(id))
  }
}

export function createRemoveEndpoint({ db, book }: Parts): Handler {
  const remove = db.prepare('DELETE FROM endpoints WHERE id = ? AND tenant = ?')
  const removeHealth = db.prepare('DELETE FROM endpoint_health WHERE id = ?')
  const drop = db.prepare('INSERT OR IGNORE INTO endpoint_drops (id) VALUES (?)')
  return plain(true, ({ tenant, id }: EndpointRequest): 'removed' | 'unknown' => {
    if (remove.run(id, tenant) === 0) return 'unknown'
    removeHealth.run(id)
    drop.run(id)
    book.changed()
    return 'removed'
  })
}
