import type { Queued } from '../../core/job.ts'
import type { IdempotencyClaim } from '../../ports/store.ts'
import { encodeMore } from './row.ts'
import type { Pack } from './wire.ts'

/** Writes a job that is not stored yet, value by value; `readNewRow` in new-job.ts reads it. */
export function writeNewJob(output: Pack, job: Queued): void {
  assertNew(job)
  output.value(job.id)
  output.value(job.tenant)
  output.value(job.operation)
  output.value(job.priority)
  output.value(job.key)
  output.value(job.createdAt)
  output.value(job.deadlineAt)
  output.value(job.maxAttempts)
  output.value(job.dueAt)
  output.value(encodeMore(job))
}

/** Only what makes a job new crosses to the thread. */
function assertNew(job: Queued): void {
  if (job.version !== 1 || job.attempt !== 0 || job.run !== 1) {
    throw new Error(`${job.id} is not a new job.`)
  }
}

export function writeKeyClaim(output: Pack, claim: IdempotencyClaim | null): void {
  output.value(claim === null ? null : claim.key)
  if (claim === null) return
  output.bytes(claim.requestHash)
  output.value(claim.expiresAt)
}
