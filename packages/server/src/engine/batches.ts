import type { BatchId, JobId } from '@buzzer/contract'
import type { Batch } from '../ports/batches.ts'
import { acceptBatch, type BatchAccepted, type BatchSubmission } from './accept-batch.ts'
import { batchResults, type BatchResult } from './batch-results.ts'
import { cancelBatch, type BatchSteerAnswer } from './cancel-batch.ts'
import type { EngineContext } from './context.ts'
import type { Asker } from './find.ts'
import { findBatch, waitForBatch, type BatchPatience, type FoundBatch } from './find-batch.ts'
import type { BatchEvent } from './batch-event.ts'
import { sawTheEnd, watchBatch } from './watch-batch.ts'

/** What the edges call for batches. Every method throws StoreUnavailable where nobody can say. */
export interface BatchEngine {
  accept(submission: BatchSubmission): Promise<BatchAccepted>
  find(asker: Asker, id: BatchId): Promise<FoundBatch>
  wait(asker: Asker, id: BatchId, patience: BatchPatience): Promise<FoundBatch>
  watch(batch: Batch, since: number, signal: AbortSignal): AsyncGenerator<BatchEvent>
  /** Whether nothing is left to be told to a reader with this cursor. */
  sawTheEnd(batch: Batch, since: number): Promise<boolean>
  results(batch: Batch): AsyncGenerator<BatchResult>
  cancel(asker: Asker, id: BatchId): Promise<BatchSteerAnswer>
  /** The batches that list a job which came before them. */
  listing(job: JobId): Promise<readonly BatchId[]>
}

export const createBatchEngine = (ctx: EngineContext): BatchEngine => ({
  accept: (submission) => acceptBatch(ctx, submission),
  find: (asker, id) => findBatch(ctx, asker, id),
  wait: (...args) => waitForBatch(ctx, ...args),
  watch: (...args) => watchBatch(ctx, ...args),
  sawTheEnd: (batch, since) => sawTheEnd(ctx, batch, since),
  results: (batch) => batchResults(ctx, batch),
  cancel: (asker, id) => cancelBatch(ctx, asker, id),
  listing: (job) => ctx.store.batches.batchesOf(job),
})
