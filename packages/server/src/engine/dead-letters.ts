import type { JobId } from '@buzzer/contract'
import type { DeadLetterAlarm } from '../core/dead-letter.ts'
import type { Millis } from '../core/time.ts'
import { fanOutTopic, jobTopic, workTopic } from '../ports/bus.ts'
import type { DeadLetterFilter, DeadLetters, SteeredBatch } from '../ports/dead-letters.ts'
import { deadLetterAlertOf, findAlarms } from './alert.ts'
import type { EngineContext } from './context.ts'
import { pause } from './persist.ts'

/** What the edges ask of jobs that used up their attempts. */
export interface DeadLetterEngine extends Pick<DeadLetters, 'list' | 'groups'> {
  retry(order: RetryOrder): Promise<SteeredMany>
  discard(order: SteerOrder): Promise<SteeredMany>
  /** From how many of an operation on somebody should look; 0 for never. */
  alertOf(operation: string): number
  /** The operations that have too many now. */
  alarms(): Promise<readonly DeadLetterAlarm[]>
}

export const createDeadLetterEngine = (ctx: EngineContext): DeadLetterEngine => ({
  list: (query) => ctx.store.deadLetters.list(query),
  groups: (query) => ctx.store.deadLetters.groups(query),
  retry: (order) => retryDeadLetters(ctx, order),
  discard: (order) => discardDeadLetters(ctx, order),
  alertOf: (operation) => deadLetterAlertOf(ctx, operation),
  alarms: () => findAlarms(ctx),
})

/** What one call works through at most, so that its answer comes within seconds. */
export const steeredAtMost = 100_000

/** Few enough for one commit, so that callers are not kept waiting behind them. */
const batchSize = 50

export interface SteerOrder {
  readonly filter: DeadLetterFilter
  readonly limit: number
  /** The caller went away or the server stops: what is left stays as it is. */
  readonly signal: AbortSignal
}

export interface RetryOrder extends SteerOrder {
  /** Milliseconds between two of them; null for all at once. */
  readonly everyMs: number | null
}

export interface SteeredMany {
  readonly count: number
  /** There are, or may be, more. */
  readonly more: boolean
  /** When the last of them is due; null for at once. */
  readonly until: Millis | null
}

/**
 * Runs dead letters again, the oldest first. With a rate each gets a time of its own to be due at,
 * which is stored with it: nothing has to be remembered, and a restart changes nothing.
 */
async function retryDeadLetters(
  ctx: EngineContext,
  { everyMs, ...order }: RetryOrder,
): Promise<SteeredMany> {
  const start = ctx.clock.now()
  const dueAfter = (count: number): Millis => start + Math.round(count * (everyMs ?? 0))
  const { count, more } = await inBatches(ctx, order, async (after, limit, done) => {
    const due = everyMs === null ? null : { from: dueAfter(done), everyMs }
    const { filter } = order
    const batch = await ctx.store.deadLetters.retry({ filter, after, limit, due })
    announce(ctx, batch.ids)
    return batch
  })
  return { count, more, until: everyMs === null || count === 0 ? null : dueAfter(count - 1) }
}

/** Removes dead letters with all that they had, the oldest first. */
async function discardDeadLetters(ctx: EngineContext, order: SteerOrder): Promise<SteeredMany> {
  const { count, more } = await inBatches(ctx, order, async (after, limit) => {
    const { filter } = order
    return ctx.store.deadLetters.discard({ filter, after, limit })
  })
  return { count, more, until: null }
}

/** Between two batches it waits for as long as one took: half of the store is for callers. */
async function inBatches(
  ctx: EngineContext,
  { limit, signal }: SteerOrder,
  steer: (after: string | null, limit: number, done: number) => Promise<SteeredBatch>,
): Promise<Pick<SteeredMany, 'count' | 'more'>> {
  let count = 0
  let next: string | null = null
  for (;;) {
    const began = ctx.clock.monotonic()
    const batch: SteeredBatch = await steer(next, Math.min(batchSize, limit - count), count)
    count += batch.ids.length
    next = batch.next
    if (next === null || count >= limit || signal.aborted) return { count, more: next !== null }
    await pause(ctx, ctx.clock.monotonic() - began)
  }
}

function announce({ bus }: EngineContext, ids: readonly JobId[]): void {
  if (ids.length === 0) return
  for (const id of ids) bus.publish(jobTopic(id))
  bus.publish(workTopic)
  // Whether some have a callback only the store knows.
  bus.publish(fanOutTopic)
}
