import type { BatchId, EventId, JobId, Problem } from '@buzzer/contract'
import type { Millis } from '../../core/time.ts'
import type { ChannelEvent, ChannelPage, PublishedEvent } from '../../ports/events.ts'
import { batchEndType } from './events.ts'
import type { Database, Row } from './database.ts'
import { createLastOfNamesakes } from './namesakes.ts'
import { plain, type Handler, type Parts } from './parts.ts'
import { finalOfStage } from './stage.ts'

export interface EventsRequest {
  readonly tenant: string
  readonly channel: string
  readonly since: number
  readonly limit: number
}

/** Reads a channel by cursor, along its primary key. */
export function createReadEvents({ db, clock }: Parts): Handler {
  const readChannel = db.prepare(
    'SELECT id, last, batch, published, keep_ms FROM channels WHERE tenant = ? AND name = ?',
  )
  const readOutcomes = createReadOutcomes(db)
  const readPublished = createReadPublished(db)
  const lastOfNamesakes = createLastOfNamesakes(db)

  return plain(false, ({ tenant, channel, since, limit }: EventsRequest): ChannelPage => {
    const row = readChannel.row(tenant, channel)
    const [id, itsLast, batch, published, keepMs] = (row ?? nothing) as unknown as ChannelRow
    if (published === 0) {
      const { oldest, events } = readOutcomes(id, since, limit, batch)
      return { events, oldest: oldest ?? itsLast + 1, last: itsLast }
    }
    // As if it had been written to since its name stands for it.
    const last = Math.max(itsLast, lastOfNamesakes(tenant, channel))
    // Removal comes late; what is past its age is not there any more.
    const until = keepMs === null ? 0 : clock.now() - keepMs
    const { oldest, events } = readPublished(id, since, limit, until)
    return { events, oldest: oldest ?? last + 1, last }
  })
}

export interface ChannelsRequest {
  readonly tenant: string
  readonly after: string
  readonly limit: number
}

/** Along the index of their names. */
export function createListChannels({ db }: Parts): Handler {
  const read = db.prepare(
    'SELECT name FROM channels WHERE tenant = ? AND name > ? AND batch IS NULL ORDER BY name LIMIT ?',
  )
  return plain(false, ({ tenant, after, limit }: ChannelsRequest): readonly string[] =>
    read.rows(tenant, after, limit).map(([name]) => name as string),
  )
}

type ChannelRow = readonly [
  id: number,
  last: number,
  batch: BatchId | null,
  published: number,
  keepMs: number | null,
]

/** One that nobody has written to. */
const nothing: ChannelRow = [0, 0, null, 1, null]

interface Found {
  /** Null where nothing is kept. */
  readonly oldest: number | null
  readonly events: readonly ChannelEvent[]
}

const outcomeColumns = 'offset, id, type, time, job, run, attempt, version, dead_letter, error'

/** Reads the outcomes from one offset to another, as far as they are there. */
export function createScanOutcomes(db: Database) {
  const read = db.prepare(
    `SELECT ${outcomeColumns} FROM events
     WHERE channel = ? AND offset >= ? AND offset <= ? ORDER BY offset`,
  )
  return function* (
    channel: number,
    first: number,
    last: number,
    batch: BatchId | null,
  ): Generator<ChannelEvent, void> {
    for (const row of read.scan(channel, first, last)) yield decodeEvent(row, batch)
  }
}

/** The same for events that were published, also those past their age. */
export function createScanPublished(db: Database) {
  const read = db.prepare(
    `SELECT offset, at, event FROM published
     WHERE channel = ? AND offset >= ? AND offset <= ? ORDER BY offset`,
  )
  return function* (channel: number, first: number, last: number): Generator<ChannelEvent, void> {
    for (const [offset, at, text] of read.scan(channel, first, last)) {
      yield { kind: 'published', offset, at, text } as PublishedEvent
    }
  }
}

function createReadOutcomes(db: Database) {
  const readOldest = db.prepare('SELECT min(offset) FROM events WHERE channel = ?')
  const read = db.prepare(
    `SELECT ${outcomeColumns} FROM events
     WHERE channel = ? AND offset > ? ORDER BY offset LIMIT ?`,
  )
  return (id: number, since: number, limit: number, batch: BatchId | null): Found => ({
    oldest: (readOldest.row(id)?.[0] ?? null) as number | null,
    events: read.rows(id, since, limit).map((event) => decodeEvent(event, batch)),
  })
}

/** A page ends with the event that reaches so many characters. */
const pageCharacters = 262_144

function createReadPublished(db: Database) {
  const readOldest = db.prepare(
    'SELECT offset FROM published WHERE channel = ? AND at > ? ORDER BY offset LIMIT 1',
  )
  const read = db.prepare(
    `SELECT offset, at, event FROM published
     WHERE channel = ? AND offset > ? AND at > ? ORDER BY offset LIMIT ?`,
  )
  return (id: number, since: number, limit: number, until: Millis): Found => {
    const events: PublishedEvent[] = []
    let characters = 0
    for (const [offset, at, text] of read.scan(id, since, until, limit)) {
      const event = { kind: 'published', offset, at, text } as PublishedEvent
      events.push(event)
      characters += event.text.length
      if (characters >= pageCharacters) break
    }
    return { oldest: (readOldest.row(id, until)?.[0] ?? null) as number | null, events }
  }
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
