import type { BatchId, JobId } from '@buzzer/contract'
import type { BatchTally } from '../core/batch.ts'
import type { Callback } from '../core/callback.ts'
import type { Job, Queued } from '../core/job.ts'
import type { Input } from '../core/payload.ts'
import type { Millis } from '../core/time.ts'
import type { IdempotencyClaim } from './idempotency-claim.ts'

/** Jobs that are accepted together, all or none, and watched as one. */
export interface Batches {
  /**
   * Stores all of its jobs, or finds the batch that its key stands for. A job whose own key is
   * known stands for the earlier job, which takes its place.
   */
  accept(command: AcceptBatch): Promise<BatchAcceptance>
  read(id: BatchId): Promise<BatchLookup>
  /** Ends what nobody runs, and tells those that run to stop; all at once. */
  cancel(tenant: string, id: BatchId): Promise<BatchCancelling>
  /** The batches that list a job which came before them. */
  batchesOf(job: JobId): Promise<readonly BatchId[]>
}

export interface AcceptBatch {
  readonly id: BatchId
  readonly tenant: string
  readonly client: string | null
  readonly createdAt: Millis
  readonly idempotency: IdempotencyClaim | null
  /** Who is told of it by a callback, if anybody; stored with it. */
  readonly callback: Callback | null
  /** At least one; each job names this batch. */
  readonly entries: readonly BatchEntry[]
}

export interface BatchEntry {
  readonly job: Queued
  readonly input: Input | null
  readonly idempotency: IdempotencyClaim | null
}

export type BatchAcceptance =
  | { readonly kind: 'accepted'; readonly batch: Batch }
  | { readonly kind: 'replayed'; readonly batch: Batch }
  | { readonly kind: 'key-reused' }
  /** The batch that the key stands for is gone. */
  | { readonly kind: 'key-expired' }
  /** The keys of these entries, counted from 0, stand for other requests; nothing was stored. */
  | { readonly kind: 'job-keys-reused'; readonly places: readonly number[] }
  /** The jobs that these keys stand for are past their retention, or were erased. */
  | { readonly kind: 'job-keys-expired'; readonly places: readonly number[] }

export interface Batch {
  readonly id: BatchId
  readonly tenant: string
  readonly client: string | null
  readonly createdAt: Millis
  /** In the order of the submission. */
  readonly jobs: readonly JobId[]
  /** Made from the jobs as they are now. */
  readonly tally: BatchTally
}

export type BatchLookup =
  | { readonly kind: 'found'; readonly batch: Batch }
  /** Its last job is past its retention; its tombstone stands. */
  | { readonly kind: 'expired'; readonly tenant: string }
  | { readonly kind: 'unknown' }

export type BatchCancelling =
  /** @param jobs those that changed, as they are now */
  | { readonly kind: 'changed'; readonly batch: Batch; readonly jobs: readonly Job[] }
  /** All of its jobs had ended. */
  | { readonly kind: 'ended'; readonly batch: Batch }
  | { readonly kind: 'expired' }
  | { readonly kind: 'unknown' }
