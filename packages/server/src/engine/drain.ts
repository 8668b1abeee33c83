import type { Claimer } from './claim.ts'
import type { EngineContext } from './context.ts'
import { pause } from './persist.ts'
import { shutdownGraceMs } from './held-run.ts'

/** The part of the time that is left for stopping attempts that do not end by themselves. */
const stopShare = 0.3
/** And the least of it, so that what was stopped can still be given back. */
const minStopMs = shutdownGraceMs + 250
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
  const claimed = claimer?.stop()
  await untilIdle(ctx, endsAt - Math.max(withinMs * stopShare, minStopMs))
  ctx.held.stopAll('shutdown')
  await untilIdle(ctx, endsAt)
  const kept = housekeeping.map((part) => part.stop())
  await atMost(ctx, endsAt, Promise.all([claimed, ...kept]))
}

async function untilIdle(ctx: EngineContext, endsAt: number): Promise<void> {
  while (!isIdle(ctx) && ctx.clock.monotonic() < endsAt) await pause(ctx, lookMs)
}

/** A job whose acceptance or claim is under way may still come here, already claimed. */
const isIdle = ({ held, free }: EngineContext): boolean => held.count === 0 && free.onTrial === 0

/** A store that does not answer must not hold up the end of the process. */
async function atMost(ctx: EngineContext, endsAt: number, work: Promise<unknown>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const callOff = ctx.clock.after(Math.max(0, endsAt - ctx.clock.monotonic()), resolve)
  work.then(() => resolve(), resolve)
  await promise
  callOff()
}
