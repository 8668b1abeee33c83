import type { BatchId, EventId, JobId, Problem } from '@buzzer/contract'
import type { ChannelEvent, ChannelPage } from '../../ports/events.ts'
import { batchEndType } from './events.ts'
import type { Row } from './database.ts'
import { plain, type Handler, type Parts } from './parts.ts'
import { finalOfStage } from './stage.ts'

export interface EventsRequest {
  readonly tenant: string
  readonly channel: string
  readonly since: number
  readonly limit: number
}

/** Reads a channel by cursor, along its primary key. */
export function createReadEvents({ db }: Parts): Handler {
  const readChannel = db.prepare(
    'SELECT id, last, batch FROM channels WHERE tenant = ? AND name = ?',
  )
  const readOldest = db.prepare('SELECT min(offset) FROM events WHERE channel = ?')
  const read = db.prepare(
    `SELECT offset, id, type, time, job, run, attempt, version, dead_letter, error FROM events
     WHERE channel = ? AND offset > ? ORDER BY offset LIMIT ?`,
  )

  return plain(false, ({ tenant, channel, since, limit }: EventsRequest): ChannelPage => {
    const row = readChannel.row(tenant, channel)
    if (row === undefined) return { events: [], oldest: 1, last: 0 }
    const [id, last, batch] = row as readonly [number, number, BatchId | null]
    const oldest = readOldest.row(id)?.[0] ?? null
    const events = read.rows(id, since, limit).map((event) => decodeEvent(event, batch))
    return { events, oldest: oldest === null ? last + 1 : (oldest as number), last }
  })
}

function decodeEvent(row: Row, batch: BatchId | null): ChannelEvent {
  const stored = { offset: row[0] as number, id: row[1] as EventId, at: row[3] as number }
  const type = row[2] as number
  if (type >= batchEndType) {
    if (batch === null) throw new Error(`${stored.id} ends a batch that there is not.`)
    return { ...stored, kind: 'batch-end', state: finalOfStage(type - batchEndType), batch }
  }
  return {
    ...stored,
    kind: 'outcome',
    state: finalOfStage(type),
    job: row[4] as JobId,
    run: row[5] as number,
    attempt: row[6] as number,
    version: row[7] as number,
    deadLetter: row[8] === 1,
    error: row[9] === null ? null : (JSON.parse(row[9] as string) as Problem),
  }
}
