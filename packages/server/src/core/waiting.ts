import type { WaitingReason } from '@buzzer/contract'
import type { Job } from './job.ts'
import type { Millis } from './time.ts'

/** Why nobody works on a job now, and until when where that is known. */
export interface Waiting {
  readonly reason: WaitingReason
  readonly until: Millis | null
  /** Jobs of its operation that stand before it; null where that was not counted. */
  readonly ahead: number | null
}

/** What has to be looked up outside the job to say why it waits. */
export interface Surroundings {
  /** Another job with its key is before it. */
  readonly keyHeld: boolean
  /** Its operation runs as many jobs as it may. */
  readonly operationFull: boolean
  /** Some live node runs its operation. */
  readonly served: boolean
  /** The upstream's circuit breaker is open, and until when. */
  readonly breakerUntil: Millis | null
  readonly ahead: number | null
}

/** Reasons are given in the order in which they would have to go away. */
export function waitingOf(job: Job, around: Surroundings, now: Millis): Waiting | null {
  if (job.state === 'input_required') return { reason: 'signal', until: null, ahead: null }
  if (job.state !== 'queued' && job.state !== 'parked') return null
  // Once its next look at the upstream is due, it stands in line as any attempt does.
  if (job.state === 'parked' && job.dueAt > now) {
    return { reason: 'upstream', until: job.dueAt, ahead: null }
  }
  if (around.keyHeld) return { reason: 'key', until: null, ahead: around.ahead }
  if (around.breakerUntil !== null && job.dueAt <= around.breakerUntil) {
    return { reason: 'breaker', until: around.breakerUntil, ahead: around.ahead }
  }
  if (job.dueAt > now) {
    return { reason: job.attempt > 0 ? 'retry' : 'delay', until: job.dueAt, ahead: null }
  }
  if (!around.served) return { reason: 'no_worker', until: null, ahead: around.ahead }
  if (around.operationFull) return { reason: 'concurrency', until: null, ahead: around.ahead }
  return { reason: 'queue', until: null, ahead: around.ahead }
}
