import type { Millis } from '../../core/time.ts'
import type { Retention } from '../../ports/store.ts'
import type { Parts } from './parts.ts'

interface Step {
  readonly events: number
  /** The walk has not come to its end. */
  readonly more: boolean
}

type ChannelRow = readonly [
  id: number,
  keepMs: number | null,
  writtenAt: Millis | null,
  last: number,
]

/** Channels that one step looks at; there may be a million. */
const looksAtMost = 200

/**
 * Walks along the channels that are published to: events leave them by age from the old end on, so
 * that what is left has no gaps, and a channel that has none left is forgotten with its offsets when
 * nobody has written to it for as long as tombstones stand.
 */
export function createPublishedRetention({ db, published, fanOutLog }: Parts) {
  const readChannels = db.prepare(
    `SELECT id, keep_ms, written_at, last FROM channels INDEXED BY channels_published
     WHERE published = 1 AND id > ? ORDER BY id LIMIT ?`,
  )
  const readOldest = db.prepare(
    'SELECT offset, at FROM published WHERE channel = ? ORDER BY offset LIMIT ?',
  )
  const remove = db.prepare('DELETE FROM published WHERE channel = ? AND offset <= ?')
  const isEmpty = db.prepare('SELECT 1 FROM published WHERE channel = ? LIMIT 1')
  const removeChannel = db.prepare('DELETE FROM channels WHERE id = ?')
  let after = 0

  const age = (channel: number, end: number, until: Millis, limit: number): number => {
    const released = fanOutLog.releasedTo(channel, end)
    let last = 0
    for (const [offset, at] of readOldest.scan(channel, limit)) {
      if ((at as number) > until || (offset as number) > released) break
      last = offset as number
    }
    return last === 0 ? 0 : remove.run(channel, last)
  }

  const forget = (channel: number): void => {
    if (isEmpty.row(channel) !== undefined) return
    removeChannel.run(channel)
    published.forget(channel)
  }

  return ({ eventsMs, tombstonesMs }: Retention, now: Millis, limit: number): Step => {
    // Who came back in this transaction has come back.
    published.place()
    const rows = readChannels.rows(after, looksAtMost)
    let events = 0
    for (const row of rows) {
      const [id, keepMs, writtenAt, end] = row as unknown as ChannelRow
      events += age(id, end, now - (keepMs ?? eventsMs), limit - events)
      if (events >= limit) return { events, more: true }
      after = id
      if (writtenAt !== null && writtenAt <= now - tombstonesMs) forget(id)
    }
    const more = rows.length === looksAtMost
    if (!more) after = 0
    return { events, more }
  }
}
