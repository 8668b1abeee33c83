import type { JobId } from '@buzzer/contract'
import { errorGroupOf } from '../../core/dead-letter.ts'
import { isDeadLetter, type Failed, type Job } from '../../core/job.ts'
import type { Millis } from '../../core/time.ts'
import { transition } from '../../core/transition.ts'
import type {
  DeadLetterFilter,
  DeadLetterQuery,
  ErrorGroup,
  GroupQuery,
  RetryBatch,
  SteerBatch,
  SteeredBatch,
} from '../../ports/dead-letters.ts'
import type { Page } from '../../ports/store.ts'
import type { Database, Row, Value } from './database.ts'
import { idAfter, idBefore } from './id-time.ts'
import { plain, type Handler, type Parts } from './parts.ts'
import { createErasure } from './remove.ts'
import { columns, decodeRow, selectJob, type StoredJob } from './row.ts'

/** How many rows one command looks at, so that a rare match cannot hold everything up. */
const scanAtMost = 2_000

/** A dead letter with its place in the table. */
type Dead = StoredJob & { readonly job: Failed }

export function createListDeadLetters({ db }: Parts): Handler {
  const walk = createWalk(db)
  return plain(false, ({ filter, limit, cursor }: DeadLetterQuery): Page<Job> => {
    const { found, next } = walk(filter, 'newest first', cursor, limit)
    return { items: found.map(({ job }) => job), next }
  })
}

export function createRetryDeadLetters({ db, mover, clock }: Parts): Handler {
  const walk = createWalk(db)
  return plain(true, ({ filter, after, limit, due }: RetryBatch): SteeredBatch => {
    const now = clock.now()
    const { found, next } = walk(filter, 'oldest first', after, limit)
    const ids: JobId[] = []
    for (const dead of found) {
      const dueAt =
        due === null ? now : Math.max(now, due.from + Math.round(ids.length * due.everyMs))
      const moved = transition(dead.job, { kind: 'retry', dueAt }, now)
      if (moved.kind === 'changed' && mover.move(dead, moved.job, now)) ids.push(dead.job.id)
    }
    return { ids, next }
  })
}

export function createDiscardDeadLetters(parts: Parts): Handler {
  const { db, deadTally } = parts
  const walk = createWalk(db)
  const erase = createErasure(parts)
  return plain(true, ({ filter, after, limit }: SteerBatch): SteeredBatch => {
    const { found, next } = walk(filter, 'oldest first', after, limit)
    for (const { job } of found) {
      erase(job.id)
      deadTally.add(job.operation, -1)
    }
    return { ids: found.map(({ job }) => job.id), next }
  })
}

/** Goes from group to group along their index; the larger ones take as long as they are counted. */
export function createDeadLetterGroups({ db }: Parts): Handler {
  const readNext = db.prepare(
    `SELECT error_group FROM jobs INDEXED BY jobs_dead_group
     WHERE dead_letter = 1 AND tenant = ? AND error_group > ? ORDER BY error_group LIMIT 1`,
  )
  const readCounts = db.prepare(
    `SELECT count(*), min(finished_at), max(finished_at), max(id)
     FROM jobs INDEXED BY jobs_dead_group
     WHERE dead_letter = 1 AND tenant = ? AND error_group = ?`,
  )
  const readSample = db.prepare(selectJob)

  const read = ({ tenant, operation, code }: GroupQuery, group: string): ErrorGroup | null => {
    const [count, oldestAt, newestAt, sample] = readCounts.row(tenant, group) ?? []
    const row = typeof sample === 'string' ? readSample.row(sample) : undefined
    const job = row === undefined ? null : deadOrNull(row)?.job
    if (job === null || job === undefined) return null
    if (operation !== null && job.operation !== operation) return null
    if (code !== null && job.error.code !== code) return null
    return {
      group,
      operation: job.operation,
      error: job.error,
      sample: job.id,
      count: Number(count),
      oldestAt: oldestAt as Millis,
      newestAt: newestAt as Millis,
    }
  }

  return plain(false, (query: GroupQuery): Page<ErrorGroup> => {
    const items: ErrorGroup[] = []
    let last = query.cursor ?? ''
    for (let looked = 0; items.length < query.limit && looked < scanAtMost; looked += 1) {
      const next = readNext.row(query.tenant, last)?.[0]
      if (typeof next !== 'string') return { items, next: null }
      last = next
      const group = read(query, next)
      if (group !== null) items.push(group)
    }
    return { items, next: readNext.row(query.tenant, last) === undefined ? null : last }
  })
}

type Direction = 'newest first' | 'oldest first'

interface Walked {
  readonly found: readonly Dead[]
  /** The last that was looked at; null where there is nothing left. */
  readonly next: string | null
}

/** Finds dead letters by the narrowest way that a filter leaves. */
function createWalk(db: Database) {
  const byId = db.prepare(selectJob)
  const statement = (index: string, where: string, order: 'ASC' | 'DESC') =>
    db.prepare(
      `SELECT ${columns} FROM jobs INDEXED BY ${index}
       WHERE dead_letter = 1 ${where} AND id > ? AND id < ? ORDER BY id ${order}
       LIMIT ${scanAtMost}`,
    )
  const inGroup = 'AND tenant = ? AND error_group = ?'
  const statements = {
    'newest first': [
      statement('jobs_dead', '', 'DESC'),
      statement('jobs_dead_group', inGroup, 'DESC'),
    ],
    'oldest first': [
      statement('jobs_dead', '', 'ASC'),
      statement('jobs_dead_group', inGroup, 'ASC'),
    ],
  } as const

  const rowsOf = (filter: DeadLetterFilter, direction: Direction, cursor: string | null) => {
    const { from, to } = boundsOf(filter, direction, cursor)
    const { ids, group, tenant } = filter
    if (ids !== null) return namedRows(byId, ids, direction, from, to)
    const [all, grouped] = statements[direction]
    const params: readonly Value[] = group === null ? [] : [tenant, group]
    return (group === null ? all : grouped).scan(...params, from, to)
  }

  return (
    filter: DeadLetterFilter,
    direction: Direction,
    cursor: string | null,
    limit: number,
  ): Walked => {
    const found: Dead[] = []
    let looked = 0
    let last: string | null = null
    for (const row of rowsOf(filter, direction, cursor)) {
      // Full, and there is something behind it.
      if (found.length >= limit) return { found, next: last }
      looked += 1
      last = row[0] as string
      const dead = deadOrNull(row)
      if (dead !== null && matches(dead.job, filter)) found.push(dead)
    }
    return { found, next: looked >= scanAtMost ? last : null }
  }
}

function boundsOf(filter: DeadLetterFilter, direction: Direction, cursor: string | null) {
  const { createdAfter, createdBefore } = filter
  const from = createdAfter === null ? '' : idBefore(createdAfter)
  const to = createdBefore === null ? 'job_~' : idAfter(createdBefore)
  if (cursor === null) return { from, to }
  return direction === 'oldest first'
    ? { from: cursor > from ? cursor : from, to }
    : { from, to: cursor < to ? cursor : to }
}

function namedRows(
  byId: { row(...params: Value[]): Row | undefined },
  ids: readonly JobId[],
  direction: Direction,
  from: string,
  to: string,
): readonly Row[] {
  const ordered = [...new Set(ids)].filter((id) => id > from && id < to).toSorted()
  if (direction === 'newest first') ordered.reverse()
  return ordered.map((id) => byId.row(id)).filter((row) => row !== undefined)
}

/** A damaged row is put apart by whoever has to write it; a walk goes on without it. */
function deadOrNull(row: Row): Dead | null {
  try {
    const stored = decodeRow(row)
    return isDead(stored) ? stored : null
  } catch {
    return null
  }
}

const isDead = (stored: StoredJob): stored is Dead => isDeadLetter(stored.job)

/** What the way by which it was found leaves over. */
function matches(job: Failed, filter: DeadLetterFilter): boolean {
  if (job.tenant !== filter.tenant) return false
  if (filter.operation !== null && job.operation !== filter.operation) return false
  if (filter.code !== null && job.error.code !== filter.code) return false
  if (filter.tag !== null && !job.tags.includes(filter.tag)) return false
  const group = filter.ids === null ? null : filter.group
  if (group !== null && errorGroupOf(job.operation, job.error) !== group) return false
  if (filter.createdAfter !== null && job.createdAt <= filter.createdAfter) return false
  return filter.createdBefore === null || job.createdAt < filter.createdBefore
}
