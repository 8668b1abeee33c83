import type { JobId } from '@buzzer/contract'
import type { FailedAttempt, Job, Running } from '../../core/job.ts'
import { transition } from '../../core/transition.ts'
import type { Millis } from '../../core/time.ts'
import type { Handler, Parts } from './parts.ts'
import { selectJob, type StoredJob } from './row.ts'
import { stage } from './stage.ts'
import type { Unpack } from './wire.ts'

export const settled = { settled: 0, leaseLost: 1, cancelled: 2 } as const

/** Told apart by the first value of the command; in a batch, its id is the second one. */
export const settleForm = { succeeded: 0, other: 1, succeededInBatch: 2 } as const

/** What a settlement is but for a success, whose fields go one by one. */
export interface OtherSettlement {
  readonly id: JobId
  readonly fence: number
  readonly next: Job
  readonly failure: FailedAttempt | null
}

/** Records what became of an attempt, under its lease. */
export function createSettle(parts: Parts): Handler {
  const settleSuccess = createSettleSuccess(parts)
  const settleOther = createSettleOther(parts)
  return {
    writes: true,
    run(input, output) {
      const form = input.number()
      const batch = form === settleForm.succeededInBatch ? input.text() : null
      output.value(
        settled[form === settleForm.other ? settleOther(input) : settleSuccess(input, batch)],
      )
    },
  }
}

type Became = keyof typeof settled

/** The hot path: one narrow update, without reading the row first. */
function createSettleSuccess(parts: Parts) {
  const { db, tally, keys, events, clock, blobRows } = parts
  const succeed = createSucceed(parts)
  const insertResult = createInsertResult(db, blobRows)

  return (input: Unpack, batch: string | null): Became => {
    const job = input.text()
    const fence = input.number()
    const tenant = input.text()
    const operation = input.text()
    const key = input.textOrNull()
    const version = input.number()
    const run = input.number()
    const attempt = input.number()
    const time = input.number()
    if (!succeed([version, time, input.textOrNull(), job, fence])) return 'leaseLost'
    insertResult(job, input)
    const owner = { operation, tenant }
    tally.move(owner, stage.leased, null)
    if (key !== null) keys.letGo(owner, key, clock.now())
    const state = 'succeeded'
    const outcome = { tenant, operation, batch, state, time, job, run, attempt, version } as const
    events.add({ ...outcome, deadLetter: false, error: null })
    return 'settled'
  }
}

type Success = readonly [
  version: number,
  time: Millis,
  progress: string | null,
  job: string,
  fence: number,
]

/** @returns how to write a success; false where the lease does not stand */
function createSucceed({ db, callbacks }: Parts): (success: Success) => boolean {
  const statement = (which: string) =>
    db.prepare(
      `UPDATE jobs SET stage = 7, version = ?, finished_at = ?, progress = ?, monitor = NULL,
         attempt_started_at = NULL, node = NULL, lease_until = NULL, attempt_until = NULL,
         cancel_requested = NULL, rank = NULL, due_at = NULL
       WHERE id = ? AND fence = ? AND stage = 4 AND callback ${which}`,
    )
  const untold = statement('IS NULL')
  const told = statement('IS NOT NULL')
  return (success) => {
    if (untold.run(...success) > 0) return true
    const [, , , job] = success
    const was = callbacks.rowOf(job)
    if (was === null || told.run(...success) === 0) return false
    callbacks.noteChange(job, was)
    return true
  }
}

export function createInsertResult(db: Parts['db'], blobRows: Parts['blobRows']) {
  const insert = db.prepare(
    `INSERT OR REPLACE INTO results (job, status, media_type, headers, body)
     VALUES (?, ?, ?, ?, ?)`,
  )
  return (job: string, input: Unpack): void => {
    const status = input.numberOrNull()
    if (status === null) return
    const mediaType = input.textOrNull()
    const headers = input.textOrNull()
    const body = input.body()
    insert.run(job, status, mediaType, headers, body)
    blobRows.add(job, body)
  }
}

export function createInsertFailure(db: Parts['db']) {
  const insert = db.prepare(
    `INSERT OR REPLACE INTO failures (job, run, attempt, started_at, finished_at, error)
     VALUES (?, ?, ?, ?, ?, ?)`,
  )

  return (id: string, failure: FailedAttempt): void => {
    const { run, attempt, startedAt, finishedAt, error } = failure
    insert.run(id, run, attempt, startedAt, finishedAt, JSON.stringify(error))
  }
}

function createSettleOther({ db, mover, clock, quarantine, blobRows }: Parts) {
  const read = db.prepare(selectJob)
  const insertResult = createInsertResult(db, blobRows)
  const storeFailure = createInsertFailure(db)
  return (input: Unpack): Became => {
    const { id, fence, next, failure } = input.value() as OtherSettlement
    const row = read.row(id)
    const before = row === undefined ? null : quarantine.decode(row)
    if (before === null || !isHeld(before, fence)) return 'leaseLost'
    const now = clock.now()
    const after = afterCancel(before.job, next, now)
    if (!mover.move(before, after, now)) return 'leaseLost'
    if (failure !== null) storeFailure(id, failure)
    insertResult(id, input)
    return after === next ? 'settled' : 'cancelled'
  }
}

type HeldJob = StoredJob & { readonly job: Running }

const isHeld = (stored: StoredJob, fence: number): stored is HeldJob =>
  stored.job.state === 'running' && stored.job.fence === fence

/** A cancel that was asked for ends a job that would go on; an outcome that came first stands. */
function afterCancel(held: Running, next: Job, now: Millis): Job {
  const goesOn = next.state === 'queued' || next.state === 'parked'
  if (!held.cancelRequested || !goesOn) return next
  const stopped = transition(held, { kind: 'stop' }, now)
  return stopped.kind === 'changed' ? stopped.job : next
}
