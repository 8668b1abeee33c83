import type { JobId } from '@buzzer/contract'
import type { Running } from '../core/job.ts'
import type { LeaseRef } from '../ports/store.ts'

/** Why an attempt is told to stop before it ends by itself. */
export type StopReason = 'timeout' | 'cancel' | 'lost' | 'shutdown'

/** An attempt that this node runs now. */
export interface HeldAttempt {
  readonly job: Running
  /** Tells it to stop; only the first reason counts. */
  stop(reason: StopReason): void
}

/** The attempts of this node, by their lease. */
export interface Held {
  add(attempt: HeldAttempt): void
  remove(attempt: HeldAttempt): void
  find(id: JobId, fence: number): HeldAttempt | null
  leases(): readonly LeaseRef[]
  operations(): readonly string[]
  stopAll(reason: StopReason): void
  readonly count: number
}

export function createHeld(): Held {
  const attempts = new Map<JobId, HeldAttempt>()
  return {
    add: (attempt) => void attempts.set(attempt.job.id, attempt),
    remove(attempt) {
      // A job that came back under a later lease is another entry of the same id.
      if (attempts.get(attempt.job.id) === attempt) attempts.delete(attempt.job.id)
    },
    find(id, fence) {
      const attempt = attempts.get(id)
      return attempt?.job.fence === fence ? attempt : null
    },
    leases: () => [...attempts.values()].map(({ job }) => ({ id: job.id, fence: job.fence })),
    operations: () => [...new Set([...attempts.values()].map(({ job }) => job.operation))],
    stopAll(reason) {
      for (const attempt of attempts.values()) attempt.stop(reason)
    },
    get count() {
      return attempts.size
    },
  }
}
