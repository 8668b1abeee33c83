import type { Retained, Retention } from '../ports/store.ts'
import type { EngineContext } from './context.ts'
import { pause } from './persist.ts'
import { createRepeater, type Repeater } from './repeat.ts'

const retainMs = 60_000
/** A larger page is faster, and callers would wait behind it: see bench/million/retention.ts. */
const pageSize = 100
/** How long it rests after a page, as a share of what the page took: the disk is the callers' too. */
const restShare = 2
/** But no longer, in milliseconds: a shutdown waits for it. */
const restAtMostMs = 100

/** Removes what is past its retention, in batches small enough to share the store with callers. */
export const createRetainer = (ctx: EngineContext): Repeater =>
  createRepeater(ctx, { name: 'retain', everyMs: retainMs, topic: null }, async () => {
    const { more, ...removed } = await retainPage(ctx, ctx.retention)
    if (removed.jobs > 0) ctx.log.debug(removed, 'removed what was past its retention')
    return more ? 'more' : 'done'
  })

/** Removes one page, and rests where there is another. */
export async function retainPage(
  ctx: Pick<EngineContext, 'store' | 'clock'>,
  retention: Retention,
): Promise<Retained> {
  const { store, clock } = ctx
  const began = clock.monotonic()
  const page = await store.upkeep.retain(retention, pageSize)
  const restMs = Math.min(restAtMostMs, (clock.monotonic() - began) * restShare)
  if (page.more) await pause(ctx, restMs)
  return page
}
