import type { JobState } from '@buzzer/contract'
import { publicState, type Job } from '../../core/job.ts'
import type { JobQuery, Page } from '../../ports/store.ts'
import type { Database, Row } from './database.ts'
import { idAfter, idBefore } from './id-time.ts'
import { plain, type Handler, type Parts } from './parts.ts'
import { columns, decodeJob } from './row.ts'
import { stagesOf } from './stage.ts'

/** How many rows one page looks at, so that a rare match cannot hold everything up. */
const scanAtMost = 5_000

/**
 * Lists jobs, newest first. A page that found too little within its bound ends early and hands
 * out a cursor for the rest.
 */
export function createList({ db }: Parts): Handler {
  const all = createScan(db, 'jobs', '')
  const dead = createScan(db, 'jobs INDEXED BY jobs_dead', 'AND dead_letter = 1')

  return plain(false, (query: JobQuery): Page<Job> => {
    const { cursor, createdBefore, createdAfter } = query
    const from = cursor ?? (createdBefore === null ? 'job_~' : idAfter(createdBefore))
    const to = createdAfter === null ? '' : idBefore(createdAfter)
    const scan = query.deadLetter === true ? dead : all
    const { floor, isEnd } = scan.bound(from, to)
    if (floor === null) return { items: [], next: null }
    const { items, last } = pick(scan.read(from, floor, query), query)
    if (last !== null) return { items, next: last }
    return { items, next: isEnd ? null : floor }
  })
}

/** A walk along the ids, newest first; the rest of the query is decided row by row. */
function createScan(db: Database, table: string, condition: string) {
  const readBound = db.prepare(
    `SELECT min(id), count(*) FROM (
       SELECT id FROM ${table} WHERE id < ? AND id > ? ${condition}
       ORDER BY id DESC LIMIT ${scanAtMost})`,
  )
  const readRows = db.prepare(
    `SELECT ${columns} FROM ${table}
     WHERE id < ? AND id >= ? ${condition} AND tenant = ? AND (? IS NULL OR operation = ?)
       AND (? >> stage) & 1
     ORDER BY id DESC`,
  )
  return {
    bound(from: string, to: string) {
      const [floor, scanned] = readBound.row(from, to) ?? []
      return {
        floor: typeof floor === 'string' ? floor : null,
        isEnd: Number(scanned) < scanAtMost,
      }
    },
    read(from: string, floor: string, { tenant, operation, states }: JobQuery): Iterable<Row> {
      return readRows.scan(from, floor, tenant, operation, operation, stageMask(states))
    },
  }
}

/** @returns the id where the page is full, to go on from */
function pick(rows: Iterable<Row>, query: JobQuery): { items: Job[]; last: string | null } {
  const items: Job[] = []
  for (const row of rows) {
    const job = decodeOrSkip(row)
    if (job === null || !matches(job, query)) continue
    items.push(job)
    if (items.length >= query.limit) return { items, last: job.id }
  }
  return { items, last: null }
}

/** A damaged row is put apart by whoever has to write it; a list goes on without it. */
function decodeOrSkip(row: Row): Job | null {
  try {
    return decodeJob(row)
  } catch {
    return null
  }
}

/** What the coarse query in SQL leaves over. */
function matches(job: Job, query: JobQuery): boolean {
  if (query.states !== null && !query.states.includes(publicState(job.state))) return false
  const isDead = job.state === 'failed' && job.deadLetter
  if (query.deadLetter !== null && query.deadLetter !== isDead) return false
  if (query.tag !== null && !job.tags.includes(query.tag)) return false
  if (query.createdAfter !== null && job.createdAt <= query.createdAfter) return false
  return query.createdBefore === null || job.createdAt < query.createdBefore
}

const stageMask = (states: readonly JobState[] | null): number =>
  (states ?? (Object.keys(stagesOf) as JobState[]))
    .flatMap((state) => stagesOf[state])
    .reduce((mask, at) => mask | (1 << at), 0)
