import { rankOf } from '../../core/rank.ts'
import type { Millis } from '../../core/time.ts'
import type { NewLease } from '../../core/lease.ts'
import { stageByTime } from './order.ts'
import type { Handler, Parts } from './parts.ts'
import { selectJob } from './row.ts'
import { stage, type Stage } from './stage.ts'
import type { Pack, Unpack } from './wire.ts'

/** What became of a submission, as the first value of the reply. */
export const accepted = { queued: 0, claimed: 1, replayed: 2, keyReused: 3 } as const

interface Place {
  readonly stage: Stage
  readonly keySeq: number | null
}

interface NewRow {
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

const readRow = (input: Unpack): NewRow => ({
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

/** Stores a new job, or answers with the one that its idempotency key stands for. */
export function createAccept({ db, tally, keys, gates, idempotency, clock }: Parts): Handler {
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
  const readJob = db.prepare(selectJob)

  /** @returns true where the key was known and the reply is written */
  const answeredByKey = (row: NewRow, input: Unpack, output: Pack, now: Millis): boolean => {
    const key = input.textOrNull()
    if (key === null) return false
    const requestHash = input.bytes()
    const expiresAt = input.number()
    const place = idempotency.locate(row.tenant, row.operation, key)
    const stored = idempotency.find(place, now)
    const job = stored === null ? undefined : readJob.row(stored.job)
    // A key outlives its job only where that was erased; then it stands for nothing.
    if (stored === null || job === undefined) {
      idempotency.add(place, { requestHash, job: row.id }, expiresAt)
      return false
    }
    if (Buffer.compare(stored.requestHash, requestHash) !== 0) {
      output.value(accepted.keyReused)
      return true
    }
    output.value(accepted.replayed)
    for (const value of job) output.value(value)
    return true
  }

  const storeInput = (id: string, input: Unpack): void => {
    if (input.number() === 0) return
    insertInput.run(id, input.textOrNull(), input.textOrNull(), input.bytes())
  }

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

  const placeOf = ({ operation, key, dueAt }: NewRow, now: Millis): Place => {
    if (key === null) return { stage: stageByTime(dueAt, now), keySeq: null }
    const last = keys.last(operation, key)
    return { stage: last > 0 ? stage.blocked : stageByTime(dueAt, now), keySeq: last + 1 }
  }

  return {
    writes: true,
    run(input, output) {
      const now = clock.now()
      const row = readRow(input)
      const claimFor = input.textOrNull()
      if (answeredByKey(row, input, output, now)) return
      storeInput(row.id, input)
      const place = placeOf(row, now)
      const isFree = claimFor !== null && place.stage === stage.ready
      const lease = isFree ? gates.leaseFor(claimFor, row, now) : null
      const at = lease === null ? place.stage : stage.leased
      insert(row, { stage: at, keySeq: place.keySeq }, lease, now)
      tally.move(row.operation, null, at)
      output.value(lease === null ? accepted.queued : accepted.claimed)
      if (lease === null) return
      output.value(now)
      output.value(lease.leaseUntil)
      output.value(lease.attemptUntil)
    },
  }
}
