import type { Callback, CallbackEvents } from '../../../core/callback.ts'
import { isOutcome, type Job } from '../../../core/job.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Piece } from '../../../ports/store.ts'
import type { Database, Row } from '../database.ts'
import { columns, versionColumn, type StoredJob } from '../row.ts'
import type { Pack, Unpack } from '../wire.ts'

/**
 * Callbacks of jobs and batches. One stays for as long as its job or batch does, and beyond that as
 * long as something has still to be delivered to it or is listed of it; erasing the job ends it.
 */
export interface Callbacks {
  /** Of a job that was stored just now. */
  addToJob(id: string, tenant: string, callback: StoredCallback): void
  addToBatch(id: string, tenant: string, callback: StoredCallback): void
  /** The row of a job as it is, for `noteChange`; null where it has no callback. */
  rowOf(id: string): string | null
  /** The same, before a job moves; null also where its callback does not ask for this move. */
  rowToTell(before: StoredJob, after: Job): string | null
  /** @param was the row before */
  noteChange(id: string, was: string): void
  /** A job whose callback asks for everything has put this out. */
  notePiece(id: string, piece: Piece): void
  find(id: string): Callback | null
  /**
   * A job or batch is gone, or was for some time and now its last delivery is.
   *
   * @param last where they are several: all from the one to the other
   */
  letGo(first: string, last?: string): void
  /** With all that was to be or has been delivered of it: what is listed has no payload any more. */
  erase(job: string): void
}

export interface StoredCallback {
  readonly url: string
  readonly events: number
  readonly sealedSecret: string | null
}

/** As they are stored, in the order in which each says more than the one before. */
const eventsOf: readonly CallbackEvents[] = ['final', 'states', 'all']
const final = 1
const states = 2
export const everything = 3

export const decodeCallback = (url: string, events: number, secret: string | null): Callback => ({
  url,
  events: eventsOf[events - 1] ?? 'final',
  sealedSecret: secret,
})

export function writeCallback(output: Pack, callback: Callback | null): void {
  output.value(callback === null ? 0 : eventsOf.indexOf(callback.events) + 1)
  if (callback === null) return
  output.value(callback.url)
  output.value(callback.sealedSecret)
}

export function readCallback(input: Unpack): StoredCallback | null {
  const events = input.number()
  if (events === 0) return null
  return { events, url: input.text(), sealedSecret: input.textOrNull() }
}

/** Whether a callback asks for this move. */
function isTold(events: number, before: Job, after: Job): boolean {
  if (events === final) return isOutcome(after) && !(isOutcome(before) && before.run === after.run)
  if (after.version <= before.version) return false
  const { state, attempt, run } = before
  return (
    events !== states || state !== after.state || attempt !== after.attempt || run !== after.run
  )
}

export function createCallbacks(db: Database, clock: Pick<Clock, 'now'>): Callbacks {
  const insert = db.prepare(
    'INSERT INTO callbacks (id, tenant, url, events, secret) VALUES (?, ?, ?, ?, ?)',
  )
  const mark = db.prepare('UPDATE jobs SET callback = ? WHERE id = ?')
  const noteNew = db.prepare(
    `INSERT INTO job_changes (job, at, after)
     SELECT id, ?, json_array(${columns}) FROM jobs WHERE id = ?`,
  )
  const noteChange = db.prepare(
    // A note that comes twice changes nothing.
    `INSERT INTO job_changes (job, at, before, after)
     SELECT id, ?, ?, json_array(${columns}) FROM jobs
     WHERE id = ? AND version > json_extract(?, '$[${versionColumn}]')`,
  )
  const readRow = db.prepare(
    `SELECT json_array(${columns}) FROM jobs WHERE id = ? AND callback IS NOT NULL`,
  )
  const notePiece = db.prepare(
    `INSERT INTO job_changes (job, at, after, piece)
     SELECT id, ?, json_array(${columns}), ? FROM jobs WHERE id = ?`,
  )
  const read = db.prepare('SELECT url, events, secret FROM callbacks WHERE id = ?')
  const letGo = db.prepare(
    `DELETE FROM callbacks WHERE id BETWEEN ? AND ?
       AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.id = callbacks.id)
       AND NOT EXISTS (SELECT 1 FROM batches WHERE batches.id = callbacks.id)
       AND NOT EXISTS (SELECT 1 FROM job_changes WHERE job = callbacks.id)
       AND NOT EXISTS (SELECT 1 FROM deliveries WHERE target = callbacks.id)`,
  )
  const erasures = [
    'DELETE FROM callbacks WHERE id = ?',
    'DELETE FROM job_changes WHERE job = ?',
    'UPDATE messages SET body = NULL WHERE job = ? AND job IS NOT NULL',
  ].map((sql) => db.prepare(sql))

  const add = (id: string, tenant: string, { url, events, sealedSecret }: StoredCallback) =>
    insert.run(id, tenant, url, events, sealedSecret)

  const rowOf = (id: string): string | null => (readRow.row(id)?.[0] ?? null) as string | null

  return {
    addToJob(id, tenant, callback) {
      add(id, tenant, callback)
      mark.run(callback.events, id)
      if (callback.events >= states) noteNew.run(clock.now(), id)
    },
    addToBatch: add,
    rowOf,
    rowToTell: (before, after) =>
      before.callback !== null && isTold(before.callback, before.job, after)
        ? rowOf(after.id)
        : null,
    noteChange(id, was) {
      noteChange.run(clock.now(), was, id, was)
    },
    notePiece(id, piece) {
      notePiece.run(clock.now(), JSON.stringify(piece), id)
    },
    find(id) {
      const row = read.row(id)
      return row === undefined ? null : decode(row)
    },
    letGo(first, last = first) {
      letGo.run(first, last)
    },
    erase(job) {
      for (const erasure of erasures) erasure.run(job)
    },
  }
}

const decode = ([url, events, secret]: Row): Callback =>
  decodeCallback(url as string, events as number, secret as string | null)
