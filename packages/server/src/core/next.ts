import type { Problem } from '@buzzer/contract'
import type {
  Cancelled,
  Failed,
  InputRequired,
  Job,
  Parked,
  Queued,
  Running,
  Succeeded,
} from './job.ts'
import type { NewLease } from './lease.ts'
import type { Monitor } from './payload.ts'
import type { Millis } from './time.ts'

/**
 * One constructor per transition: each gives the next state whole, so that no caller can put
 * together a combination of fields that no state has.
 */

/** What a job keeps from one state to the next; a change that a caller sees raises the version. */
const kept = (job: Job) => ({
  id: job.id,
  tenant: job.tenant,
  client: job.client,
  operation: job.operation,
  priority: job.priority,
  key: job.key,
  tags: job.tags,
  trace: job.trace,
  batch: job.batch,
  createdAt: job.createdAt,
  deadlineAt: job.deadlineAt,
  maxAttempts: job.maxAttempts,
  scheduledFor: job.scheduledFor,
  callback: job.callback,
  version: job.version + 1,
  run: job.run,
  attempt: job.attempt,
  fence: job.fence,
  leasesLost: job.leasesLost,
  voidedAt: job.voidedAt,
  progress: job.progress,
  startedAt: job.startedAt,
})

export const claimed = (job: Queued, lease: NewLease, now: Millis): Running => ({
  ...kept(job),
  state: 'running',
  attempt: job.attempt + 1,
  fence: job.fence + 1,
  progress: null,
  startedAt: job.startedAt ?? now,
  attemptStartedAt: now,
  node: lease.node,
  leaseUntil: lease.leaseUntil,
  attemptUntil: lease.attemptUntil,
  cancelRequested: false,
  monitor: null,
})

/** The same attempt goes on, so a look at the monitor is no change that a caller sees. */
export const reclaimed = (job: Parked, lease: NewLease): Running => ({
  ...kept(job),
  state: 'running',
  version: job.version,
  fence: job.fence + 1,
  startedAt: job.startedAt,
  attemptStartedAt: job.attemptStartedAt,
  node: lease.node,
  leaseUntil: lease.leaseUntil,
  attemptUntil: lease.attemptUntil,
  cancelRequested: false,
  monitor: job.monitor,
})

export const succeeded = (job: Queued | Running | Parked, now: Millis): Succeeded => ({
  ...kept(job),
  state: 'succeeded',
  finishedAt: now,
})

export function attemptFailed(
  job: Running,
  error: Problem,
  retryAt: Millis | null,
  now: Millis,
): Queued | Failed {
  if (retryAt === null) return failed(job, error, false, now)
  if (job.attempt >= job.maxAttempts) return failed(job, error, true, now)
  return queuedAgain(job, retryAt)
}

/**
 * What an attempt started outside has ended, while that attempt waits for it, before it could say
 * that it does, or after it was lost.
 */
export const finished = (
  job: Queued | Running | Parked,
  error: Problem | null,
  now: Millis,
): Succeeded | Failed => (error === null ? succeeded(job, now) : failed(job, error, false, now))

export function leaseLost(job: Running, maxLost: number, now: Millis): Job {
  if (job.cancelRequested) return cancelled(job, now)
  const lost = { ...job, leasesLost: job.leasesLost + 1 }
  if (lost.leasesLost > maxLost) return failed(lost, leasesUsedUp(lost.leasesLost), true, now)
  // The monitor was committed before it was polled, so the wait outside goes on as it was.
  if (lost.monitor !== null) return parked(lost, lost.monitor, now)
  return { ...queuedAgain(lost, now), attempt: job.attempt - 1 }
}

export const released = (job: Running, dueAt: Millis): Queued | Parked =>
  job.monitor === null
    ? { ...queuedAgain(job, dueAt), attempt: job.attempt - 1 }
    : parked(job, job.monitor, dueAt)

export const parked = (job: Running, monitor: Monitor, dueAt: Millis): Parked => ({
  ...kept(job),
  state: 'parked',
  // The job stays `running` for its caller; only `waiting` tells, and that is no new version.
  version: job.version,
  startedAt: job.startedAt,
  attemptStartedAt: job.attemptStartedAt,
  monitor,
  dueAt,
})

export const cancelled = (
  job: Queued | Running | Parked | InputRequired,
  now: Millis,
): Cancelled => ({ ...kept(job), state: 'cancelled', finishedAt: now })

export const expired = (job: Queued | Running | Parked | InputRequired, now: Millis): Failed =>
  failed(job, deadlineExceeded, false, now)

export const anotherRun = (job: Failed, dueAt: Millis): Queued => ({
  ...kept(job),
  state: 'queued',
  deadlineAt: null,
  run: job.run + 1,
  attempt: 0,
  leasesLost: 0,
  voidedAt: job.version + 1,
  progress: null,
  startedAt: null,
  dueAt,
})

const queuedAgain = (job: Running, dueAt: Millis): Queued => ({
  ...kept(job),
  state: 'queued',
  voidedAt: job.version + 1,
  progress: null,
  dueAt,
})

const failed = (job: Job, error: Problem, deadLetter: boolean, now: Millis): Failed => ({
  ...kept(job),
  state: 'failed',
  finishedAt: now,
  error,
  deadLetter,
})

const deadlineExceeded: Problem = {
  code: 'deadline-exceeded',
  detail: 'The job did not end before its deadline. Submit it again with a later one.',
}

const leasesUsedUp = (count: number): Problem => ({
  code: 'handler-failed',
  detail:
    `The worker vanished ${count} times while it ran this job, so it is not tried again. ` +
    'Look for what ends the process (memory, a crash), then retry the job.',
})
