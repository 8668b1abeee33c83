import type { BatchId, Problem } from '@buzzer/contract'
import { batchState } from '../core/batch.ts'
import type { Batch } from '../ports/batches.ts'
import { batchTopic } from '../ports/bus.ts'
import type { EngineContext } from './context.ts'
import type { Asker } from './find.ts'
import { batchExpired, batchNotFound } from './find-batch.ts'
import { announceCancel } from './steer.ts'

export type BatchSteerAnswer =
  | { readonly kind: 'changed'; readonly batch: Batch }
  | { readonly kind: 'unchanged'; readonly batch: Batch }
  | { readonly kind: 'problem'; readonly problem: Problem }

/** Cancels every job of the batch that has not ended; those that run are told to stop. */
export async function cancelBatch(
  ctx: EngineContext,
  asker: Asker,
  id: BatchId,
): Promise<BatchSteerAnswer> {
  const cancelling = await ctx.store.batches.cancel(asker.tenant, id)
  switch (cancelling.kind) {
    case 'changed':
      for (const job of cancelling.jobs) announceCancel(ctx, job)
      ctx.bus.publish(batchTopic(id))
      return cancelling
    case 'ended':
      return batchState(cancelling.batch.tally) === 'cancelled'
        ? { ...cancelling, kind: 'unchanged' }
        : { kind: 'problem', problem: batchFinished }
    case 'expired':
      return { kind: 'problem', problem: batchExpired }
    case 'unknown':
      return { kind: 'problem', problem: batchNotFound }
  }
}

const batchFinished: Problem = {
  code: 'batch-finished',
  detail: 'All jobs of the batch have ended, so there is nothing to cancel. Fetch its results.',
}
