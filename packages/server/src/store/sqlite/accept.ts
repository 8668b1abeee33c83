import type { Millis } from '../../core/time.ts'
import { readCallback } from './deliveries/callbacks.ts'
import { createNewJobs, readNewRow, type NewRow } from './new-job.ts'
import type { Handler, Parts } from './parts.ts'
import { selectJob } from './row.ts'
import type { Pack, Unpack } from './wire.ts'

/** What became of a submission, as the first value of the reply. */
export const accepted = { queued: 0, claimed: 1, replayed: 2, keyReused: 3, keyExpired: 4 } as const

/** Stores a new job, or answers with the one that its idempotency key stands for. */
export function createAccept(parts: Parts): Handler {
  const { db, idempotency, clock, callbacks } = parts
  const newJobs = createNewJobs(parts)
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
    if (stored === null) {
      idempotency.add(place, { requestHash, job: row.id }, expiresAt)
      return false
    }
    if (Buffer.compare(stored.requestHash, requestHash) !== 0) {
      output.value(accepted.keyReused)
      return true
    }
    // A job that was erased, or is past its retention, was run all the same.
    output.value(job === undefined ? accepted.keyExpired : accepted.replayed)
    for (const value of job ?? []) output.value(value)
    return true
  }

  return {
    writes: true,
    run(input, output) {
      const now = clock.now()
      const row = readNewRow(input)
      const claimFor = input.textOrNull()
      if (answeredByKey(row, input, output, now)) return
      newJobs.storeInput(row.id, input)
      const lease = newJobs.store(row, claimFor, now)
      const callback = readCallback(input)
      if (callback !== null) callbacks.addToJob(row.id, row.tenant, callback)
      output.value(lease === null ? accepted.queued : accepted.claimed)
      if (lease === null) return
      output.value(now)
      output.value(lease.leaseUntil)
      output.value(lease.attemptUntil)
    },
  }
}
