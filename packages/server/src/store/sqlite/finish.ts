import type { JobId, Problem } from '@buzzer/contract'
import type { Job } from '../../core/job.ts'
import { transition } from '../../core/transition.ts'
import type { Millis } from '../../core/time.ts'
import type { Steered } from '../../ports/store.ts'
import type { Handler, Parts } from './parts.ts'
import { createFind } from './read.ts'
import { createInsertFailure, createInsertResult } from './settle.ts'

/** What is said of the end of something outside, but for its result, whose fields go one by one. */
export interface FinishRequest {
  readonly id: JobId
  readonly run: number
  readonly error: Problem | null
}

/**
 * Ends a run by the word of what it started outside, whoever holds it: a worker that does finds its
 * lease gone. The outcome, its event, the result and the next job of its key are one transaction.
 */
export function createFinish(parts: Parts): Handler {
  const { db, mover, clock, quarantine, blobRows } = parts
  const find = createFind(db, quarantine)
  const insertResult = createInsertResult(db, blobRows)
  const insertFailure = createInsertFailure(db)
  return {
    writes: true,
    run(input, output) {
      const { id, run, error } = input.value() as FinishRequest
      const found = find(id)
      const before = found.kind === 'found' ? quarantine.decode(found.row) : null
      if (before === null)
        return output.value({ kind: found.kind === 'expired' ? 'expired' : 'unknown' })
      const { job } = before
      const now = clock.now()
      // What ended an earlier run says nothing of this one.
      const moved =
        job.run === run
          ? transition(job, { kind: 'finish', error }, now)
          : ({ kind: 'refused', reason: 'job-finished' } as const)
      if (moved.kind === 'refused') return output.value({ ...moved, job } satisfies Steered)
      mover.move(before, moved.job, now)
      if (error === null) insertResult(id, input)
      else if ('attemptStartedAt' in job) insertFailure(id, failureOf(job, error, now))
      output.value(moved satisfies Steered)
    },
  }
}

const failureOf = (
  { run, attempt, attemptStartedAt }: Extract<Job, { attemptStartedAt: Millis }>,
  error: Problem,
  finishedAt: Millis,
) => ({ run, attempt, startedAt: attemptStartedAt, finishedAt, error })
