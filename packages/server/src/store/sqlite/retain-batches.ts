import { batchChannel } from '../../core/batch.ts'
import type { Millis } from '../../core/time.ts'
import type { Parts } from './parts.ts'

/** So few are looked at in one go, because each may have a thousand jobs. */
const looksAtMost = 10
/** A batch is removed whole, so that one large one ends the step. */
const rowsPerLimit = 5

export interface BuriedBatches {
  readonly batches: number
  readonly more: boolean
}

/**
 * Walks along the batches from the oldest on and removes those of which no job is left, with their
 * channels. A batch stays as long as one of its jobs does, and its channel with it, so that the
 * outcomes of those that are gone are known still.
 */
export function createBatchRetention(parts: Parts) {
  const { db } = parts
  const read = db.prepare(
    'SELECT id, tenant, created_at FROM batches WHERE id > ? ORDER BY id LIMIT ?',
  )
  const readLeft = db.prepare(
    'SELECT 1 FROM batch_jobs JOIN jobs ON jobs.id = batch_jobs.job WHERE batch = ? LIMIT 1',
  )
  const bury = db.prepare(
    'INSERT OR REPLACE INTO tombstones (id, tenant, gone_at) VALUES (?, ?, ?)',
  )
  const remove = createBatchRemoval(parts)
  const isPending = createIsPending(parts)
  let after = ''

  return (until: Millis, now: Millis, limit: number): BuriedBatches => {
    const rows = read.rows(after, looksAtMost)
    let batches = 0
    let removed = 0
    for (const row of rows) {
      const [id, tenant, createdAt] = row as unknown as readonly [string, string, Millis]
      if (createdAt > until || removed >= limit * rowsPerLimit) break
      after = id
      if (readLeft.row(id) !== undefined || isPending(id, tenant)) continue
      removed += remove(id, tenant)
      bury.run(id, tenant, now)
      batches += 1
    }
    const isEnd = rows.length < looksAtMost && after === (rows.at(-1)?.[0] ?? after)
    const more = !isEnd && (removed > 0 || after === rows.at(-1)?.[0])
    if (!more) after = ''
    return { batches, more }
  }
}

/** @returns whether its callback has still to hear of something */
function createIsPending({ db }: Parts): (id: string, tenant: string) => boolean {
  const read = db.prepare(
    `SELECT 1 FROM channels CROSS JOIN fan_out ON fan_out.channel = channels.id
     WHERE tenant = ? AND name = ? LIMIT 1`,
  )
  return (id, tenant) => read.row(tenant, batchChannel(id)) !== undefined
}

/** @returns how many rows it was */
function createBatchRemoval({ db, callbacks }: Parts): (id: string, tenant: string) => number {
  const find = db.prepare('SELECT id FROM channels WHERE tenant = ? AND name = ?')
  const removeEvents = db.prepare('DELETE FROM events WHERE channel = ?')
  const removeChannel = db.prepare('DELETE FROM channels WHERE id = ?')
  const removeList = db.prepare('DELETE FROM batch_jobs WHERE batch = ?')
  const removeBatch = db.prepare('DELETE FROM batches WHERE id = ?')
  return (id, tenant) => {
    const [channel] = find.row(tenant, batchChannel(id)) ?? []
    const told = typeof channel === 'number' ? removeEvents.run(channel) : 0
    if (typeof channel === 'number') removeChannel.run(channel)
    const rows = told + removeList.run(id) + removeBatch.run(id)
    callbacks.letGo(id)
    return rows
  }
}
