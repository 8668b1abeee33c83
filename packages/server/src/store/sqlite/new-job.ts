import type { NewLease } from '../../core/lease.ts'
import { rankOf } from '../../core/rank.ts'
import type { Millis } from '../../core/time.ts'
import { stageByTime } from './order.ts'
import type { Parts } from './parts.ts'
import { stage, type Stage } from './stage.ts'
import type { Unpack } from './wire.ts'

/** What is written of a job that nobody has seen yet. */
export interface NewRow {
  readonly id: string
  readonly tenant: string
  readonly operation: string
  readonly priority: number
  readonly key: string | null
  readonly createdAt: Millis
  readonly deadlineAt: Millis | null
  readonly maxAttempts: number
  readonly dueAt: Millis
  readonly more: string | null
}

/** The thread's side of `writeNewJob` in job-codec.ts. */
export const readNewRow = (input: Unpack): NewRow => ({
  id: input.text(),
  tenant: input.text(),
  operation: input.text(),
  priority: input.number(),
  key: input.textOrNull(),
  createdAt: input.number(),
  deadlineAt: input.numberOrNull(),
  maxAttempts: input.number(),
  dueAt: input.number(),
  more: input.textOrNull(),
})

/** Puts new jobs into the table, alone or many in one command. */
export interface NewJobs {
  /**
   * @param claimFor the node that has a slot for it now, if any
   * @returns the lease under which it was stored, or null where it waits
   */
  store(row: NewRow, claimFor: string | null, now: Millis): NewLease | null
  /** Reads the input that stands next in the command, if there is one, and keeps it; for null not. */
  storeInput(id: string | null, input: Unpack): void
}

interface Place {
  readonly stage: Stage
  readonly keySeq: number | null
}

export function createNewJobs({ db, tally, keys, gates, blobRows }: Parts): NewJobs {
  const insertQueued = db.prepare(
    `INSERT INTO jobs (id, tenant, operation, rank, due_at, priority, key, key_seq, created_at,
       deadline_at, max_attempts, more, stage, version, run, attempt, fence, leases_lost)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 1, 0, 0, 0)`,
  )
  const insertClaimed = db.prepare(
    `INSERT INTO jobs (id, tenant, operation, rank, due_at, priority, key, key_seq, created_at,
       deadline_at, max_attempts, more, node, lease_until, attempt_until, started_at,
       attempt_started_at, stage, version, run, attempt, fence, leases_lost, cancel_requested)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 4, 2, 1, 1, 1, 0, 0)`,
  )
  const insertInput = db.prepare(
    'INSERT INTO inputs (job, media_type, request, body) VALUES (?, ?, ?, ?)',
  )

  const insert = (row: NewRow, place: Place, lease: NewLease | null, now: Millis): void => {
    const { id, tenant, operation, priority, key, createdAt, deadlineAt, maxAttempts, dueAt } = row
    const { stage: at, keySeq } = place
    const rank = rankOf(priority, dueAt)
    const order = [createdAt, deadlineAt, maxAttempts, row.more] as const
    if (lease === null) {
      insertQueued.run(id, tenant, operation, rank, dueAt, priority, key, keySeq, ...order, at)
    } else {
      const { node, leaseUntil, attemptUntil } = lease
      const held = [node, leaseUntil, attemptUntil, now, now] as const
      insertClaimed.run(
        id,
        tenant,
        operation,
        rank,
        dueAt,
        priority,
        key,
        keySeq,
        ...order,
        ...held,
      )
    }
  }

  const placeOf = (row: NewRow, now: Millis): Place => {
    const { key, dueAt } = row
    if (key === null) return { stage: stageByTime(dueAt, now), keySeq: null }
    const last = keys.last(row, key)
    return { stage: last > 0 ? stage.blocked : stageByTime(dueAt, now), keySeq: last + 1 }
  }

  return {
    storeInput(id, input) {
      if (input.number() === 0) return
      const mediaType = input.textOrNull()
      const request = input.textOrNull()
      const body = input.body()
      if (id === null) return
      insertInput.run(id, mediaType, request, body)
      blobRows.add(id, body)
    },
    store(row, claimFor, now) {
      const place = placeOf(row, now)
      const isFree = claimFor !== null && place.stage === stage.ready
      const lease = isFree ? gates.leaseFor(claimFor, row, now) : null
      const at = lease === null ? place.stage : stage.leased
      insert(row, { stage: at, keySeq: place.keySeq }, lease, now)
      tally.move(row, null, at)
      return lease
    },
  }
}
