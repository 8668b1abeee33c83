import { problemDocument, type JobDocument, type ProblemDocument } from '@buzzer/contract'
import { isOutcome, publicState, type FailedAttempt, type Job } from '../core/job.ts'
import { formatTime, type Millis } from '../core/time.ts'
import type { Waiting } from '../core/waiting.ts'
import type { JobView } from '../core/job-view.ts'

export const jobPath = (job: Pick<Job, 'id'>): string => `/v1/jobs/${job.id}`

/** A job as PROTOCOL.md, section 2 has it. */
export function jobDocument(
  { job, waiting, failures, expiresAt }: JobView,
  publicUrl: string,
): JobDocument {
  const self = publicUrl + jobPath(job)
  return {
    id: job.id,
    operation: job.operation,
    state: publicState(job.state),
    version: job.version,
    progress: job.progress === null ? null : { ...job.progress },
    run: job.run,
    attempt: job.attempt,
    maxAttempts: job.maxAttempts,
    priority: job.priority,
    key: job.key,
    tags: [...job.tags],
    waiting: waiting === null ? null : waitingDocument(waiting),
    parent: null,
    batch: job.batch,
    createdAt: formatTime(job.createdAt),
    startedAt: timeOrNull(job.startedAt),
    finishedAt: isOutcome(job) ? formatTime(job.finishedAt) : null,
    expiresAt: timeOrNull(expiresAt),
    error: job.state === 'failed' ? errorDocument(job, failures, publicUrl) : null,
    links: { self, result: `${self}/result`, events: `${self}/events`, cancel: `${self}/cancel` },
  }
}

const timeOrNull = (at: Millis | null): string | null => (at === null ? null : formatTime(at))

const waitingDocument = ({ reason, until, ahead }: Waiting) => ({
  reason,
  until: timeOrNull(until),
  ahead,
})

/** The problem that ended the job, with what its attempts died of. */
export const errorDocument = (
  job: Extract<Job, { state: 'failed' }>,
  failures: readonly FailedAttempt[],
  publicUrl: string,
): ProblemDocument => ({
  ...problemDocument(job.error, publicUrl, jobPath(job)),
  attempts: failures.map(({ attempt, startedAt, finishedAt, error }) => ({
    attempt,
    startedAt: formatTime(startedAt),
    finishedAt: formatTime(finishedAt),
    error: problemDocument(error, publicUrl, jobPath(job)),
  })),
})
