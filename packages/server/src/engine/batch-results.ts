import type { FinalState, JobId, JobState, Problem } from '@buzzer/contract'
import { batchChannel } from '../core/batch.ts'
import { publicState, type FailedAttempt, type Job } from '../core/job.ts'
import type { Result } from '../core/payload.ts'
import type { Batch } from '../ports/batches.ts'
import type { EngineContext } from './context.ts'
import { jobExpired } from './find.ts'

/** What became of one job of a batch. */
export interface BatchResult {
  readonly job: JobId
  readonly state: JobState
  /** Where it succeeded and is still kept. */
  readonly result: Result | null
  readonly failed: {
    readonly job: Extract<Job, { state: 'failed' }>
    readonly failures: readonly FailedAttempt[]
  } | null
  /** Why there is no more to be said. */
  readonly problem: Problem | null
}

/** So many rows are looked up together; results are read one by one, because they may be large. */
const pageSize = 50
const eventPage = 256

/** Gives what became of each job, in the order of the batch, no faster than it is taken. */
export async function* batchResults(
  ctx: EngineContext,
  batch: Batch,
): AsyncGenerator<BatchResult, void> {
  let told: ReadonlyMap<JobId, FinalState> | null = null
  for (let from = 0; from < batch.jobs.length; from += pageSize) {
    const ids = batch.jobs.slice(from, from + pageSize)
    const lookups = await Promise.all(ids.map((id) => ctx.store.jobs.read(id)))
    for (const [at, id] of ids.entries()) {
      const lookup = lookups[at]
      if (lookup?.kind === 'found') {
        yield await resultOf(ctx, lookup.job)
        continue
      }
      told ??= await readOutcomes(ctx, batch)
      const state = told.get(id) ?? 'failed'
      yield { job: id, state, result: null, failed: null, problem: jobExpired }
    }
  }
}

async function resultOf(ctx: EngineContext, job: Job): Promise<BatchResult> {
  const { payloads } = ctx.store
  const plain = { job: job.id, state: publicState(job.state), result: null, failed: null }
  if (job.state === 'succeeded') {
    return { ...plain, result: await payloads.result(job.id), problem: null }
  }
  if (job.state !== 'failed') return { ...plain, problem: null }
  return { ...plain, failed: { job, failures: await payloads.failures(job.id) }, problem: null }
}

/** What is left of jobs that were removed: their outcomes on the batch's channel. */
async function readOutcomes(
  ctx: EngineContext,
  { tenant, id }: Batch,
): Promise<ReadonlyMap<JobId, FinalState>> {
  const outcomes = new Map<JobId, FinalState>()
  for (let cursor = 0; ;) {
    const { events } = await ctx.store.events.read(tenant, batchChannel(id), cursor, eventPage)
    for (const event of events) {
      cursor = event.offset
      if (event.kind === 'outcome') outcomes.set(event.job, event.state)
    }
    if (events.length < eventPage) return outcomes
  }
}
