import type { JobId, Problem } from '@buzzer/contract'
import type { Job } from '../core/job.ts'
import type { Millis } from '../core/time.ts'
import type { Page } from './page.ts'

/** The store's role for jobs that used up their attempts. */
export interface DeadLetters {
  /** Newest first. */
  list(query: DeadLetterQuery): Promise<Page<Job>>
  /** What they died of; by the name of the group, so that a page can go on after another. */
  groups(query: GroupQuery): Promise<Page<ErrorGroup>>
  /** Opens another run of some of them, the oldest first: one bounded batch each call. */
  retry(command: RetryBatch): Promise<SteeredBatch>
  /** Removes some of them with their payloads, the oldest first: one bounded batch each call. */
  discard(command: SteerBatch): Promise<SteeredBatch>
}

/** Which dead letters; null leaves a member open. */
export interface DeadLetterFilter {
  readonly tenant: string
  readonly operation: string | null
  /** Of the error. */
  readonly code: string | null
  /** The fingerprint of the error. */
  readonly group: string | null
  readonly tag: string | null
  readonly createdAfter: Millis | null
  readonly createdBefore: Millis | null
  readonly ids: readonly JobId[] | null
}

export interface DeadLetterQuery {
  readonly filter: DeadLetterFilter
  readonly limit: number
  /** From an earlier page; the id of a job. */
  readonly cursor: string | null
}

export interface GroupQuery {
  readonly tenant: string
  readonly operation: string | null
  readonly code: string | null
  readonly limit: number
  /** From an earlier page; a group. */
  readonly cursor: string | null
}

export interface ErrorGroup {
  readonly group: string
  readonly operation: string
  /** Of the newest of them. */
  readonly error: Problem
  readonly sample: JobId
  readonly count: number
  /** When the first and the last of them failed. */
  readonly oldestAt: Millis
  readonly newestAt: Millis
}

export interface SteerBatch {
  readonly filter: DeadLetterFilter
  /** Where the batch before ended; null at the beginning. */
  readonly after: string | null
  readonly limit: number
}

export interface RetryBatch extends SteerBatch {
  /** The first of this batch runs not before `from`, each other so much later. */
  readonly due: { readonly from: Millis; readonly everyMs: number } | null
}

export interface SteeredBatch {
  readonly ids: readonly JobId[]
  /** Where the next batch goes on; null where there is nothing left. */
  readonly next: string | null
}
