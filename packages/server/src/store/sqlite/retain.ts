import type { Millis } from '../../core/time.ts'
import type { Retained, Retention } from '../../ports/store.ts'
import type { Database } from './database.ts'
import { createDeliveryRetention } from './deliveries/retain.ts'
import { createPublishedRetention } from './retain-published.ts'
import { createBatchRetention } from './retain-batches.ts'
import { createKeyRetention } from './retain-keys.ts'
import { plain, type Handler, type Parts } from './parts.ts'
import { createRemoval } from './remove.ts'
import { isEnded } from './stage.ts'
import { createTicketRetention } from './tickets.ts'

export interface RetainRequest {
  readonly retention: Retention
  readonly limit: number
}

/** Removes what is past its retention, at most `limit` of each kind. */
export function createRetain(parts: Parts): Handler {
  const { db, clock } = parts
  const retainDeliveries = createDeliveryRetention(parts)
  const retainJobs = createJobRetention(parts)
  const retainBatches = createBatchRetention(parts)
  const retainTombstones = createTombstoneRetention(db)
  const retainEvents = createEventRetention(parts)
  const retainPublished = createPublishedRetention(parts)
  const retainKeys = createKeyRetention(db)
  const retainTickets = createTicketRetention(db)

  return plain(true, ({ retention, limit }: RetainRequest): Retained => {
    const now = clock.now()
    const { jobs, more } = retainJobs(now - retention.jobsMs, now, limit)
    const lists = retainBatches(now - retention.jobsMs, now, limit)
    const tombstones = retainTombstones(now - retention.tombstonesMs, limit)
    const sent = retainDeliveries(now - retention.deliveriesMs, now, limit)
    const published = retainPublished(retention, now, limit)
    const events = retainEvents(now - retention.eventsMs, limit) + published.events
    const idempotencyKeys = retainKeys(now, limit)
    const tickets = retainTickets(now - retention.tombstonesMs, limit)
    const most = Math.max(tombstones, events, idempotencyKeys, tickets)
    const isMore = more || lists.more || published.more || sent.more || most >= limit
    const { deliveries } = sent
    return { jobs, tombstones, events, idempotencyKeys, deliveries, more: isMore }
  })
}

/** How many rows are looked at for each one that may be removed. */
const looksPerJob = 5
/** Callers wait behind a step, so that on a slow machine it ends early, in milliseconds. */
const stepAtMostMs = 2
/** Rows that are looked at before the time is: fewer where jobs hold much. */
const pageAtMost = 25
const pageAtMostMs = 1

interface Buried {
  readonly jobs: number
  readonly more: boolean
}

/**
 * Walks along the jobs from the oldest on, as far as any can be past its retention; an index of
 * when jobs ended would cost every one of them more than this walk does.
 */
function createJobRetention(parts: Parts) {
  const { db, clock } = parts
  const read = db.prepare(
    `SELECT id, stage, created_at, finished_at, dead_letter, operation
     FROM jobs WHERE id > ?
     ORDER BY id LIMIT ?`,
  )
  const bury = createBurial(parts)
  let after = ''
  let page = pageAtMost

  return (until: Millis, now: Millis, limit: number): Buried => {
    let looks = limit * looksPerJob
    let jobs = 0
    let isLast = false
    let readAt = now
    do {
      const most = Math.min(page, limit - jobs, looks)
      const rows = read.rows(after, most) as unknown as readonly RetainedRow[]
      // The clock may have gone back, so that older ones can stand behind one that is too young.
      const young = rows.findIndex(([, , createdAt]) => createdAt > until)
      const old = young === -1 ? rows : rows.slice(0, young)
      jobs += bury(old, until, now)
      after = old.at(-1)?.[0] ?? after
      looks -= most
      isLast = old.length < most
      const doneAt = clock.now()
      page = doneAt - readAt > pageAtMostMs ? Math.ceil(page / 2) : Math.min(page * 2, pageAtMost)
      readAt = doneAt
    } while (!isLast && jobs < limit && looks > 0 && readAt - now <= stepAtMostMs)
    if (isLast) after = ''
    return { jobs, more: !isLast }
  }
}

/** Puts tombstones in the place of those that are past their retention. */
function createBurial({ deadTally, ...parts }: Parts) {
  const bury = createRunBurial(parts)

  /** @param rows as they stand: no other job is between any two of them. @returns how many went */
  return (rows: readonly RetainedRow[], until: Millis, now: Millis): number => {
    let jobs = 0
    let run: string[] = []
    for (const [id, at, , finishedAt, isDead, operation] of rows) {
      if (isEnded(at) && finishedAt <= until) {
        run.push(id)
        jobs += 1
        if (isDead === 1) deadTally.add(operation, -1)
      } else {
        bury(run, now)
        run = []
      }
    }
    bury(run, now)
    return jobs
  }
}

/** Many at once, as what each alone costs is mostly the finding of its rows. */
function createRunBurial(parts: Pick<Parts, 'db' | 'blobRows' | 'callbacks'>) {
  const { db } = parts
  const insert = db.prepare(
    `INSERT OR REPLACE INTO tombstones (id, tenant, gone_at)
     SELECT id, tenant, ? FROM jobs WHERE id BETWEEN ? AND ?`,
  )
  const findQuarantined = db.prepare('SELECT 1 FROM quarantine WHERE id BETWEEN ? AND ? LIMIT 1')
  const remove = createRemoval(parts)
  const bury = (first: string, last: string, now: Millis): void => {
    insert.run(now, first, last)
    remove(first, last)
  }

  /** @param run ids of jobs with no other job between any two of them */
  return (run: readonly string[], now: Millis): void => {
    const [first] = run
    const last = run.at(-1)
    if (first === undefined || last === undefined) return
    if (findQuarantined.row(first, last) === undefined) return bury(first, last, now)
    // A job in quarantine is none any more, but what hangs on it stays.
    for (const id of run) bury(id, id, now)
  }
}

type RetainedRow = readonly [
  id: string,
  at: number,
  createdAt: Millis,
  finishedAt: Millis,
  isDead: number | null,
  operation: string,
]

function createTombstoneRetention(db: Database) {
  const remove = db.prepare(
    `DELETE FROM tombstones WHERE id IN (
       SELECT id FROM tombstones WHERE gone_at <= ? ORDER BY gone_at LIMIT ?)`,
  )
  return (until: Millis, limit: number): number => remove.run(until, limit)
}

/** Only from the old end of a channel, so that what is left has no gaps; a batch's goes with it. */
function createEventRetention({ db, fanOutLog }: Parts) {
  const readChannels = db.prepare(
    'SELECT id, last FROM channels INDEXED BY channels_aging WHERE batch IS NULL AND published = 0',
  )
  const readOldest = db.prepare(
    'SELECT offset, time FROM events WHERE channel = ? ORDER BY offset LIMIT ?',
  )
  const remove = db.prepare('DELETE FROM events WHERE channel = ? AND offset <= ?')

  const retainChannel = (channel: number, end: number, until: Millis, limit: number): number => {
    const released = fanOutLog.releasedTo(channel, end)
    let last = 0
    for (const [offset, time] of readOldest.scan(channel, limit)) {
      if ((time as number) > until || (offset as number) > released) break
      last = offset as number
    }
    return last === 0 ? 0 : remove.run(channel, last)
  }

  return (until: Millis, limit: number): number => {
    let removed = 0
    for (const [channel, end] of readChannels.rows()) {
      if (removed >= limit) break
      removed += retainChannel(channel as number, end as number, until, limit - removed)
    }
    return removed
  }
}
