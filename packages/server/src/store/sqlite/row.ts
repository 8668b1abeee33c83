import type { BatchId, JobId, Problem } from '@buzzer/contract'
import type { CallbackEvents } from '../../core/callback.ts'
import type { Job, JobOrder, Progress, Trace } from '../../core/job.ts'
import type { Monitor } from '../../core/payload.ts'
import type { Row } from './database.ts'
import { stage, type Stage } from './stage.ts'

/** The columns of `jobs`, in the order in which every statement here reads them. */
const columnNames = [
  'id',
  'tenant',
  'operation',
  'stage',
  'rank',
  'due_at',
  'priority',
  'key',
  'key_seq',
  'created_at',
  'deadline_at',
  'max_attempts',
  'version',
  'run',
  'attempt',
  'fence',
  'leases_lost',
  'started_at',
  'attempt_started_at',
  'node',
  'lease_until',
  'attempt_until',
  'cancel_requested',
  'finished_at',
  'dead_letter',
  'progress',
  'monitor',
  'error',
  'more',
  'callback',
  'voided_at',
] as const

export const columns = columnNames.join(', ')
export const columnCount = columnNames.length
export const versionColumn = columnNames.indexOf('version')
export const dueAtColumn = columnNames.indexOf('due_at')

/** A job as it is stored: with its place in the indexes. */
export interface StoredJob {
  readonly job: Job
  readonly stage: Stage
  readonly keySeq: number | null
  /** What its callback is told; null where it has none. See callbacks.ts. */
  readonly callback: number | null
}

/** What most jobs do not have, in one text that is NULL for those. */
interface More {
  readonly client?: string
  readonly tags?: readonly string[]
  readonly trace?: Trace
  readonly batch?: BatchId
  readonly scheduledFor?: number
  readonly callback?: CallbackEvents
}

export function encodeMore(
  order: Pick<JobOrder, 'client' | 'tags' | 'trace' | 'batch' | 'scheduledFor' | 'callback'>,
): string | null {
  const { client, tags, trace, batch, scheduledFor = null, callback = null } = order
  // What a schedule made has a tag that says so.
  const isPlain = client === null && tags.length === 0 && trace === null && batch === null
  if (isPlain && callback === null) return null
  const more: More = {
    ...(client === null ? {} : { client }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(trace === null ? {} : { trace }),
    ...(batch === null ? {} : { batch }),
    ...(scheduledFor === null ? {} : { scheduledFor }),
    ...(callback === null ? {} : { callback }),
  }
  return JSON.stringify(more)
}

export const encodeJson = (value: unknown): string | null =>
  value === null ? null : JSON.stringify(value)

/**
 * @param row the columns of `jobs` in their order
 * @throws where the row makes no job, as after damage to the file
 */
export function decodeRow(row: Row): StoredJob {
  const at = row[3] as Stage
  const life = decodeLife(row)
  const job = decodeState(row, at, life)
  return {
    job,
    stage: at,
    keySeq: row[8] as number | null,
    callback: (row[29] ?? null) as number | null,
  }
}

export const decodeJob = (row: Row): Job => decodeRow(row).job

const noTags: readonly string[] = []

function decodeLife(row: Row) {
  const more: More = row[28] === null ? {} : (JSON.parse(row[28] as string) as More)
  return {
    id: row[0] as JobId,
    tenant: row[1] as string,
    client: more.client ?? null,
    operation: row[2] as string,
    priority: row[6] as number,
    key: row[7] as string | null,
    tags: more.tags ?? noTags,
    trace: more.trace ?? null,
    batch: more.batch ?? null,
    scheduledFor: more.scheduledFor ?? null,
    callback: more.callback ?? null,
    createdAt: row[9] as number,
    deadlineAt: row[10] as number | null,
    maxAttempts: row[11] as number,
    version: row[12] as number,
    run: row[13] as number,
    attempt: row[14] as number,
    fence: row[15] as number,
    leasesLost: row[16] as number,
    voidedAt: (row[30] ?? 0) as number,
    progress: row[25] === null ? null : (JSON.parse(row[25] as string) as Progress),
    startedAt: row[17] as number | null,
  }
}

function decodeState(row: Row, at: Stage, life: ReturnType<typeof decodeLife>): Job {
  switch (at) {
    case stage.ready:
    case stage.delayed:
    case stage.blocked:
    case stage.parked:
      return row[26] === null
        ? { ...life, state: 'queued', dueAt: number(row, 5) }
        : parked(row, life)
    case stage.leased:
      return running(row, life)
    case stage.input:
      return { ...life, state: 'input_required', startedAt: number(row, 17) }
    case stage.succeeded:
      return { ...life, state: 'succeeded', finishedAt: number(row, 23) }
    case stage.cancelled:
      return { ...life, state: 'cancelled', finishedAt: number(row, 23) }
    case stage.failed:
      return {
        ...life,
        state: 'failed',
        finishedAt: number(row, 23),
        error: JSON.parse(text(row, 27)) as Problem,
        deadLetter: row[24] === 1,
      }
    default:
      throw new Error(`Stage ${String(at satisfies never)} is not known.`)
  }
}

const parked = (row: Row, life: ReturnType<typeof decodeLife>): Job => ({
  ...life,
  state: 'parked',
  startedAt: number(row, 17),
  attemptStartedAt: number(row, 18),
  monitor: JSON.parse(text(row, 26)) as Monitor,
  dueAt: number(row, 5),
})

const running = (row: Row, life: ReturnType<typeof decodeLife>): Job => ({
  ...life,
  state: 'running',
  startedAt: number(row, 17),
  attemptStartedAt: number(row, 18),
  node: text(row, 19),
  leaseUntil: number(row, 20),
  attemptUntil: number(row, 21),
  cancelRequested: row[22] === 1,
  monitor: row[26] === null ? null : (JSON.parse(text(row, 26)) as Monitor),
})

function number(row: Row, column: number): number {
  const value = row[column]
  if (typeof value !== 'number') throw new Error(`${columnNames[column]} is not a number.`)
  return value
}

function text(row: Row, column: number): string {
  const value = row[column]
  if (typeof value !== 'string') throw new Error(`${columnNames[column]} is not a text.`)
  return value
}

export const selectJob = `SELECT ${columns} FROM jobs WHERE id = ?`
