import type { BatchId } from '@buzzer/contract'
import { sharedTenant } from '../../../core/channel.ts'
import type { ChannelEvent } from '../../../ports/events.ts'
import type { FanOutEntry } from '../../../ports/fan-out.ts'
import type { Parts } from '../parts.ts'
import { createScanOutcomes, createScanPublished } from '../read-events.ts'
import type { Budget } from './budget.ts'

export interface LogPosition {
  readonly log: number
  readonly offset: number
}

interface Events {
  readonly position: LogPosition
  readonly lost: number
}

type LogRow = readonly [
  seq: number,
  channel: number,
  first: number,
  last: number,
  tenant: string | null,
  name: string,
  batch: BatchId | null,
  published: number,
]

/** What one row of the log came to. */
interface Walked {
  /** Behind the last event that was read; the last of the row where there is no more of it. */
  readonly offset: number
  readonly lost: number
}

/** How many rows of the log one page goes along, also where all of their events are gone. */
const rowsAtMost = 1_000

/** Reads the events that the log names, in its order. */
export function createLoggedEvents(parts: Parts) {
  const readLog = parts.db.prepare(
    `SELECT seq, channel, first, fan_out.last, tenant, name, batch, published
     FROM fan_out LEFT JOIN channels ON channels.id = channel ORDER BY seq LIMIT ${rowsAtMost}`,
  )
  const walk = createWalk(parts)

  return (budget: Budget, entries: FanOutEntry[], from: LogPosition): Events => {
    let position = from
    let lost = 0
    for (const row of budget.isSpent() ? [] : readLog.scan()) {
      const walked = walk(row as unknown as LogRow, budget, entries)
      lost += walked.lost
      position = { log: row[0] as number, offset: walked.offset }
      if (budget.isSpent()) break
    }
    return { position, lost }
  }
}

function createWalk(parts: Parts) {
  const scanOutcomes = createScanOutcomes(parts.db)
  const scanPublished = createScanPublished(parts.db)
  const wrapFor = createWrap(parts)

  return (row: LogRow, budget: Budget, entries: FanOutEntry[]): Walked => {
    const [, channel, first, last, tenant, , batch, published] = row
    // The channel is gone with its events.
    if (tenant === null) return { offset: last, lost: last - first + 1 }
    const wrap = wrapFor(row, tenant)
    const scan =
      published === 1
        ? scanPublished(channel, first, last)
        : scanOutcomes(channel, first, last, batch)
    let next = first
    let lost = 0
    for (const event of scan) {
      lost += event.offset - next
      next = event.offset + 1
      const wrapped = wrap(event)
      entries.push(...wrapped)
      budget.spend(lengthOf(event) * wrapped.length, wrapped.length)
      if (budget.isSpent()) return { offset: event.offset, lost }
    }
    return { offset: last, lost: lost + last + 1 - next }
  }
}

/** Makes entries of the events of one channel: one for each tenant with an endpoint that hears it. */
function createWrap({ book, callbacks }: Parts) {
  return (row: LogRow, tenant: string): ((event: ChannelEvent) => readonly FanOutEntry[]) => {
    const [, , , , , channel, batch] = row
    if (batch !== null) {
      const callback = callbacks.find(batch)
      if (callback === null) return () => []
      return (event) => [{ kind: 'batch', tenant, batch, channel, event, callback }]
    }
    const tenants = tenant === sharedTenant ? book.subscribers(tenant, channel) : [tenant]
    return (event) => tenants.map((each) => ({ kind: 'event', tenant: each, channel, event }))
  }
}

/** What an outcome takes without its error. */
const outcomeCharacters = 300

function lengthOf(event: ChannelEvent): number {
  if (event.kind === 'published') return event.text.length
  const detail = event.kind === 'outcome' ? event.error?.detail : null
  return outcomeCharacters + (detail?.length ?? 0)
}
