import type { Claimer } from './claim.ts'
import type { EngineContext } from './context.ts'
import { pause } from './persist.ts'

/** The part of the time that is left for stopping attempts that do not end by themselves. */
const stopShare = 0.3
const lookMs = 20

/**
 * Stops this node: no new claims, attempts may end by themselves for most of the time, the rest
 * are told to stop and their jobs are given back, which costs them no attempt.
 */
export async function drain(
  ctx: EngineContext,
  claimer: Claimer | null,
  housekeeping: readonly { stop(): Promise<void> }[],
  withinMs: number,
): Promise<void> {
  const endsAt = ctx.clock.monotonic() + withinMs
  ctx.free.close()
  await claimer?.stop()
  await untilIdle(ctx, endsAt - withinMs * stopShare)
  ctx.held.stopAll('shutdown')
  await untilIdle(ctx, endsAt)
  await Promise.all(housekeeping.map((part) => part.stop()))
}

async function untilIdle(ctx: EngineContext, endsAt: number): Promise<void> {
  while (ctx.held.count > 0 && ctx.clock.monotonic() < endsAt) await pause(ctx, lookMs)
}
