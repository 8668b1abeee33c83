import { stopTopic } from '../ports/bus.ts'
import type { LeaseRef } from '../ports/store.ts'
import type { EngineContext } from './context.ts'
import type { StopReason } from './held.ts'
import { createRepeater, type Repeater } from './repeat.ts'

/** How often a worker asks whether its leases stand, in milliseconds; a cancel does not wait. */
const inspectMs = 2_000

/** Tells attempts of this node to stop when their lease is lost or their job is cancelled. */
export const createInspector = (ctx: EngineContext): Repeater =>
  createRepeater(ctx, { name: 'inspect', everyMs: inspectMs, topic: stopTopic }, async () => {
    if (ctx.held.count === 0) return 'done'
    const news = await ctx.store.leases.inspect(ctx.held.leases())
    stopAll(ctx, news.cancelled, 'cancel')
    stopAll(ctx, news.lost, 'lost')
    return 'done'
  })

function stopAll(ctx: EngineContext, leases: readonly LeaseRef[], reason: StopReason): void {
  for (const { id, fence } of leases) ctx.held.find(id, fence)?.stop(reason)
}
