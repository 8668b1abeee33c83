import type { EngineContext } from './context.ts'
import { createRepeater, type Repeater } from './repeat.ts'

const reconcileMs = 600_000

/** Checks at the start and every ten minutes that what is stored can be, and says where not. */
export const createReconciler = (ctx: EngineContext): Repeater =>
  createRepeater(ctx, { name: 'reconcile', everyMs: reconcileMs, topic: null }, async () => {
    const findings = await ctx.store.upkeep.audit()
    for (const finding of findings) ctx.log.error({ finding }, 'the store breaks an invariant')
    return 'done'
  })
