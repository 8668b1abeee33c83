import type { EngineContext } from './context.ts'
import { createRepeater, type Repeater } from './repeat.ts'

const retainMs = 60_000
// A larger one is faster, and callers would wait behind it: see bench/million/retention.ts.
export const retainPage = 100

/** Removes what is past its retention, in batches small enough to share the store with callers. */
export const createRetainer = (ctx: EngineContext): Repeater =>
  createRepeater(ctx, { name: 'retain', everyMs: retainMs, topic: null }, async () => {
    const { more, ...removed } = await ctx.store.upkeep.retain(ctx.retention, retainPage)
    if (removed.jobs > 0) ctx.log.debug(removed, 'removed what was past its retention')
    return more ? 'more' : 'done'
  })
