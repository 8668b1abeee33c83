import type { Database } from '../database.ts'
import type { DeliveryTally } from './delivery-tally.ts'
import { deliveryState } from './delivery-row.ts'

/** What must not be of endpoints and deliveries; as in audit.ts. */
export const deliveryChecks: readonly (readonly [what: string, sql: string])[] = [
  [
    'a delivery has no message',
    'SELECT id FROM deliveries WHERE message NOT IN (SELECT id FROM messages)',
  ],
  [
    'a message has no delivery',
    'SELECT id FROM messages WHERE id NOT IN (SELECT message FROM deliveries)',
  ],
  [
    'an open delivery has no place in its lane',
    'SELECT id FROM deliveries WHERE state < 3 AND (rank IS NULL OR due_at IS NULL)',
  ],
  [
    'an ended delivery has a place in a lane, or no time of its end',
    `SELECT id FROM deliveries WHERE state >= 3
       AND (rank IS NOT NULL OR due_at IS NOT NULL OR finished_at IS NULL)`,
  ],
  [
    'a delivery that is being sent has no fence',
    'SELECT id FROM deliveries WHERE state = 2 AND fence < 1',
  ],
  [
    'an attempt belongs to no delivery, or to one that has not made it',
    `SELECT delivery FROM delivery_attempts WHERE attempt > coalesce(
       (SELECT attempts FROM deliveries WHERE deliveries.id = delivery), 0)
       AND 'deliveries/' || delivery NOT IN (SELECT id FROM quarantine)`,
  ],
  [
    'an endpoint has no version, no health, or is both enabled and disabled',
    `SELECT id FROM endpoints WHERE version < 1 OR (enabled = 1 AND disabled IS NOT NULL)
       OR id NOT IN (SELECT id FROM endpoint_health)`,
  ],
  [
    'waiting deliveries of an endpoint that is disabled or gone are not to be dropped',
    `SELECT id FROM deliveries WHERE state = 1 AND target LIKE 'whk\\_%' ESCAPE '\\'
       AND target NOT IN (SELECT id FROM endpoints WHERE enabled = 1)
       AND target NOT IN (SELECT id FROM endpoint_drops)`,
  ],
  [
    'the log of the fan-out has what its channel has not given out, or what was passed',
    `SELECT seq FROM fan_out WHERE first > last
       OR seq < (SELECT log FROM fan_out_state)
       OR last > (SELECT channels.last FROM channels WHERE channels.id = channel)`,
  ],
  [
    'a change of a job was passed and is still there',
    'SELECT seq FROM job_changes WHERE seq <= (SELECT changes FROM fan_out_state)',
  ],
  [
    'a job and its callback do not agree',
    `SELECT jobs.id FROM jobs LEFT JOIN callbacks ON callbacks.id = jobs.id
     WHERE jobs.callback IS NOT callbacks.events`,
  ],
  [
    'a callback is kept for nothing',
    `SELECT id FROM callbacks WHERE id NOT IN (SELECT id FROM jobs)
       AND id NOT IN (SELECT id FROM batches)
       AND id NOT IN (SELECT id FROM quarantine)
       AND id NOT IN (SELECT job FROM job_changes)
       AND id NOT IN (SELECT target FROM deliveries)`,
  ],
]

const count = `SELECT count(*) FROM deliveries WHERE state = ${deliveryState.scheduled}`

export function checkDeliveryTally(db: Database, tally: DeliveryTally): readonly string[] {
  const stored = Number(db.prepare(count).row()?.[0])
  return stored === tally.scheduled
    ? []
    : [`deliveries that wait: ${stored} stored, ${tally.scheduled} counted`]
}
