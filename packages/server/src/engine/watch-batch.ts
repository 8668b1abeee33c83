import { batchChannel, hasEnded } from '../core/batch.ts'
import type { Batch } from '../ports/batches.ts'
import { batchTopic } from '../ports/bus.ts'
import type { BatchEndEvent, ChannelPage } from '../ports/events.ts'
import type { BatchEvent } from './batch-event.ts'
import type { EngineContext } from './context.ts'
import { findBatch } from './find-batch.ts'
import { createHint } from './wait.ts'

const pageSize = 256
/** Hints may be lost, so a reader also looks by itself this often, in milliseconds. */
const lookMs = 2_000

/**
 * Replays what a batch's channel holds above a cursor and then follows it, up to and with the end
 * of the batch: the store is the only source, so there is no gap between the two.
 *
 * @param since the reader's cursor, exclusive; 0 for all outcomes
 * @param signal ends the stream; it then just stops, and `since` resumes it
 */
export async function* watchBatch(
  ctx: EngineContext,
  start: Batch,
  since: number,
  signal: AbortSignal,
): AsyncGenerator<BatchEvent, void> {
  using hint = createHint(ctx, batchTopic(start.id), signal)
  yield { kind: 'snapshot', offset: since, at: ctx.clock.now(), batch: start }

  let cursor = since
  while (!signal.aborted) {
    const page = await readPage(ctx, start, cursor)
    for (const event of page.events) {
      cursor = event.offset
      // A batch's channel is Buzzer's own, so nobody publishes to it.
      if (event.kind === 'published') continue
      const now = event.kind === 'outcome' ? null : await endedNow(ctx, start, event, page)
      if (event.kind === 'outcome') yield event
      if (event.kind === 'outcome' || now === null) continue
      yield { ...event, now }
      return
    }
    if (page.events.length === pageSize) continue
    // The end stands behind the cursor: the reader has it. Of an empty page alone that cannot be
    // said, as the batch may have ended since it was read.
    const isBehind = page.events.length === 0 && cursor >= page.last
    if (isBehind && (await sawTheEnd(ctx, await standing(ctx, start), cursor))) return
    await hint.next(lookMs)
  }
}

const readPage = (ctx: EngineContext, { tenant, id }: Batch, since: number): Promise<ChannelPage> =>
  ctx.store.events.read(tenant, batchChannel(id), since, pageSize)

/**
 * Null for an end that another run undid, also since the page was read: a reader would take it for
 * the last word.
 */
async function endedNow(
  ctx: EngineContext,
  start: Batch,
  { offset }: BatchEndEvent,
  page: ChannelPage,
): Promise<Batch | null> {
  if (offset < page.last) return null
  const now = await standing(ctx, start)
  if (!hasEnded(now.tally)) return null
  const { last } = await readPage(ctx, start, offset)
  return last === offset ? now : null
}

async function standing(ctx: EngineContext, { tenant, id }: Batch): Promise<Batch> {
  const found = await findBatch(ctx, { tenant }, id)
  if (found.kind === 'problem') throw new BatchGone()
  return found.batch
}

/** The batch left its retention while somebody watched it. */
export class BatchGone extends Error {
  override readonly name = 'BatchGone'
}

/**
 * Whether a reader with this cursor has been told the end, so that nothing is left to come. The
 * channel is looked at after the batch: what ended one stands in the other by then.
 */
export async function sawTheEnd(ctx: EngineContext, batch: Batch, since: number): Promise<boolean> {
  if (!hasEnded(batch.tally)) return false
  const { last } = await ctx.store.events.read(batch.tenant, batchChannel(batch.id), since, 1)
  return since >= last
}
