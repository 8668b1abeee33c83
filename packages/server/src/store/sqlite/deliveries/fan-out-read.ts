import type { Job } from '../../../core/job.ts'
import type { FanOutEntry, FanOutPage, FanOutPosition } from '../../../ports/fan-out.ts'
import type { Piece } from '../../../ports/store.ts'
import type { Row } from '../database.ts'
import { messageOf } from '../fault.ts'
import { plain, type Handler, type Parts } from '../parts.ts'
import { decodeJob } from '../row.ts'
import { decodeCallback } from './callbacks.ts'
import { createLoggedEvents } from './logged-events.ts'
import { createBudget, type Budget } from './budget.ts'

/** A page ends with the entry that reaches so many characters. */
const pageCharacters = 1_048_576

/** Reads what stands behind the cursor: events of the log, and changes of jobs. */
export function createReadFanOut(parts: Parts): Handler {
  const { db } = parts
  const readState = db.prepare('SELECT revision, log, offset, changes FROM fan_out_state')
  const isMore = db.prepare(
    `SELECT EXISTS (SELECT 1 FROM fan_out WHERE seq > ?)
       OR EXISTS (SELECT 1 FROM fan_out WHERE seq = ? AND last > ?)
       OR EXISTS (SELECT 1 FROM job_changes WHERE seq > ?)`,
  )
  const readEvents = createLoggedEvents(parts)
  const readChanges = createReadChanges(parts)

  return plain(false, (limit: number): FanOutPage => {
    const [revision, log, offset, behind] = readState.row() as readonly number[] as State
    const entries: FanOutEntry[] = []
    // Half of a page at most, so that neither of the two lists waits for the end of the other.
    const half = createBudget(Math.ceil(limit / 2), pageCharacters / 2)
    const changes = readChanges(half, entries) ?? behind
    const rest = createBudget(limit - entries.length, pageCharacters / 2)
    const events = readEvents(rest, entries, { log, offset })
    const to: FanOutPosition = { ...events.position, changes }
    const move = { from: { log, offset, changes: behind }, to }
    const more = isMore.row(to.log, to.log, to.offset, changes)?.[0] === 1
    return { entries, move, more, revision, lost: events.lost }
  })
}

type State = readonly [revision: number, log: number, offset: number, changes: number]

type ChangeRow = readonly [
  seq: number,
  at: number,
  before: string | null,
  after: string,
  piece: string | null,
  url: string | null,
  events: number,
  secret: string | null,
]

/** @returns how to read changes of jobs; that gives the number of the last one, or null for none */
function createReadChanges({ db, putApart }: Parts) {
  const read = db.prepare(
    `SELECT seq, at, before, after, piece, url, callbacks.events, secret
     FROM job_changes LEFT JOIN callbacks ON callbacks.id = job ORDER BY seq LIMIT ?`,
  )

  const decode = (row: Row): FanOutEntry | null => {
    try {
      return decodeChange(row as unknown as ChangeRow)
    } catch (error) {
      putApart('job_changes', row, messageOf(error))
      return null
    }
  }

  return (budget: Budget, entries: FanOutEntry[]): number | null => {
    let last: number | null = null
    const rows = read.rows(budget.left())
    for (const row of rows) {
      const entry = decode(row)
      last = row[0] as number
      budget.spend(lengthOf(row))
      if (entry !== null) entries.push(entry)
      if (budget.isSpent()) break
    }
    return last
  }
}

const lengthOf = ([, , before, after, piece]: Row): number =>
  textLength(before) + textLength(after) + textLength(piece)

const textLength = (value: unknown): number => (typeof value === 'string' ? value.length : 0)

/** @returns null where the job was erased, and its callback with it */
function decodeChange([, at, before, after, piece, url, ...rest]: ChangeRow): FanOutEntry | null {
  if (url === null) return null
  const callback = decodeCallback(url, ...rest)
  const job = jobOf(after)
  return piece === null
    ? { kind: 'job', before: before === null ? null : jobOf(before), after: job, at, callback }
    : { kind: 'piece', job, piece: JSON.parse(piece) as Piece, callback }
}

const jobOf = (text: string): Job => decodeJob(JSON.parse(text) as Row)
