import type { JobState } from '@buzzer/contract'
import { publicState, type Job } from '../../core/job.ts'
import type { JobQuery, Page } from '../../ports/store.ts'
import type { Row } from './database.ts'
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
  const bound = db.prepare(
    `SELECT min(id), count(*) FROM (
       SELECT id FROM jobs WHERE id < ? AND id > ? ORDER BY id DESC LIMIT ${scanAtMost})`,
  )
  const read = db.prepare(
    `SELECT ${columns} FROM jobs
     WHERE id < ? AND id >= ? AND tenant = ? AND (? IS NULL OR operation = ?)
       AND (? >> stage) & 1 AND (? IS NULL OR coalesce(dead_letter, 0) = ?)
     ORDER BY id DESC`,
  )

  return plain(false, (query: JobQuery): Page<Job> => {
    const from = query.cursor ?? (createdBefore === null ? 'job_~' : idAfter(createdBefore))
    const [floor, scanned] = bound.row(from, createdAfter === null ? '' : idBefore(createdAfter)) ?? []
    if (typeof floor !== 'string') return { items: [], next: null }
    const dead = query.deadLetter === null ? null : Number(query.deadLetter)
    const mask = stageMask(query.states)
    const { tenant, operation } = query
    const rows = read.rows(from, floor, tenant, operation, operation, mask, dead, dead)
    const { items, last } = pick(rows, query)
    if (last !== null) return { items, next: last }
    return { items, next: scanned === scanAtMost ? floor : null }
  })
}

/** @returns the id where the page is full, to go on from */
function pick(rows: readonly Row[], query: JobQuery): { items: Job[]; last: string | null } {
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
  if (query.tag !== null && !job.tags.includes(query.tag)) return false
  if (query.createdAfter !== null && job.createdAt <= query.createdAfter) return false
  return query.createdBefore === null || job.createdAt < query.createdBefore
}

const stageMask = (states: readonly JobState[] | null): number =>
  (states ?? (Object.keys(stagesOf) as JobState[]))
    .flatMap((state) => stagesOf[state])
    .reduce((mask, at) => mask | (1 << at), 0)
