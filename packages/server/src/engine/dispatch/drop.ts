import { endpointsTopic } from '../../ports/bus.ts'
import type { EngineContext } from '../context.ts'
import { createRepeater, type Repeater } from '../repeat.ts'

const dropMs = 30_000
const dropPage = 500

/** Fails what waits for endpoints that were disabled or removed, in small pages. */
export const createDropper = (ctx: EngineContext): Repeater =>
  createRepeater(ctx, { name: 'drop', everyMs: dropMs, topic: endpointsTopic }, async () => {
    const count = await ctx.store.deliveries.drop(dropPage)
    if (count > 0) ctx.log.info({ deliveries: count }, 'dropped what waited for disabled webhooks')
    return count === dropPage ? 'more' : 'done'
  })
