import type { BatchId, Problem } from '@buzzer/contract'
import { hasEnded } from '../core/batch.ts'
import type { Batch } from '../ports/batches.ts'
import { batchTopic } from '../ports/bus.ts'
import type { EngineContext } from './context.ts'
import type { Asker } from './find.ts'
import { pause } from './persist.ts'
import { createHint } from './wait.ts'

export type FoundBatch =
  | { readonly kind: 'found'; readonly batch: Batch }
  | { readonly kind: 'problem'; readonly problem: Problem }

/** A batch of another tenant and one that never was look the same. */
export async function findBatch(
  ctx: EngineContext,
  asker: Asker,
  id: BatchId,
): Promise<FoundBatch> {
  const lookup = await ctx.store.batches.read(id)
  if (lookup.kind === 'found' && lookup.batch.tenant === asker.tenant) return lookup
  if (lookup.kind === 'expired' && lookup.tenant === asker.tenant) return problem(batchExpired)
  return problem(batchNotFound)
}

export const untilBatchEnd = (batch: Batch): boolean => hasEnded(batch.tally)

export interface BatchPatience {
  readonly until: (batch: Batch) => boolean
  readonly timeoutMs: number
  /** Aborted when the caller went away; the wait then ends with the last look. */
  readonly signal: AbortSignal | null
}

/** Hints may be lost, so a waiter also looks by itself this often, in milliseconds. */
const lookMs = 2_000
/** A look counts all jobs, so large batches are not counted anew at the end of each of them. */
const restPerJobMs = 0.1

/** Long polling, as `waitForJob` does it for one job. */
export async function waitForBatch(
  ctx: EngineContext,
  asker: Asker,
  id: BatchId,
  { until, timeoutMs, signal }: BatchPatience,
): Promise<FoundBatch> {
  const endsAt = ctx.clock.monotonic() + timeoutMs
  using hint = createHint(ctx, batchTopic(id), signal)
  for (;;) {
    const found = await findBatch(ctx, asker, id)
    const leftMs = endsAt - ctx.clock.monotonic()
    if (found.kind === 'problem' || until(found.batch)) return found
    if (leftMs <= 0 || signal?.aborted === true) return found
    await hint.next(Math.min(leftMs, lookMs))
    const restMs = Math.floor(Math.min(found.batch.jobs.length * restPerJobMs, leftMs))
    if (restMs > 0) await pause(ctx, restMs)
  }
}

const problem = (value: Problem): FoundBatch => ({ kind: 'problem', problem: value })

export const batchNotFound: Problem = {
  code: 'batch-not-found',
  detail:
    'There is no batch with this id. Check the id, and that you ask the same server and tenant.',
}

export const batchExpired: Problem = {
  code: 'batch-expired',
  detail: 'All jobs of the batch are past their retention, so it is gone with them.',
}
