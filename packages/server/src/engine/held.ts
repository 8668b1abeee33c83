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
  /** An older attempt at the same job lost its lease, and is told so. */
  add(attempt: HeldAttempt): void
  remove(attempt: HeldAttempt): void
  find(id: JobId, fence: number): HeldAttempt | null
  leases(): readonly LeaseRef[]
  operations(): readonly string[]
  /** Stops them all; from now on none is to be begun. */
  stopAll(reason: StopReason): void
  readonly stopping: boolean
  readonly count: number
}

export function createHeld(): Held {
  const attempts = createHeldList()
  let stopping = false
  return {
    add(attempt) {
      attempts.get(attempt.job.id)?.stop('lost')
      attempts.set(attempt.job.id, attempt)
    },
    remove(attempt) {
      // A job that came back under a later lease is another entry of the same id.
      if (attempts.get(attempt.job.id) === attempt) attempts.delete(attempt.job.id)
    },
    find(id, fence) {
      const attempt = attempts.get(id)
      return attempt?.job.fence === fence ? attempt : null
    },
    leases: () => attempts.all().map(({ job }) => ({ id: job.id, fence: job.fence })),
    operations: () => [...new Set(attempts.all().map(({ job }) => job.operation))],
    stopAll(reason) {
      stopping = true
      for (const attempt of attempts.all()) attempt.stop(reason)
    },
    get stopping() {
      return stopping
    },
    get count() {
      return attempts.count()
    },
  }
}

/**
 * A map that holds on to nothing that was deleted. V8's own makes a new table every so often, and
 * an old one that has grown old in the heap keeps every later one alive, and all that was in them,
 * until the next full collection; so only numbers are in it here.
 */
function createHeldList() {
  const places = new Map<JobId, number>()
  const attempts: (HeldAttempt | null)[] = []
  const free: number[] = []
  const get = (id: JobId): HeldAttempt | null => attempts[places.get(id) ?? -1] ?? null
  return {
    get,
    set(id: JobId, attempt: HeldAttempt): void {
      const place = places.get(id) ?? free.pop() ?? attempts.length
      places.set(id, place)
      attempts[place] = attempt
    },
    delete(id: JobId): void {
      const place = places.get(id)
      if (place === undefined) return
      places.delete(id)
      attempts[place] = null
      free.push(place)
    },
    all: () => attempts.filter((attempt) => attempt !== null),
    count: () => places.size,
  }
}
