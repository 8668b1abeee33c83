import type { Millis } from '../core/time.ts'
import { StoreUnavailable } from '../ports/store.ts'
import type { EngineContext } from './context.ts'

const retryMs = 250

/**
 * Writes what a worker has to say, again and again while the store cannot be written and the
 * lease stands: a full disk must not cost an outcome.
 *
 * @param until the end of the lease at the latest; past it somebody else may hold the job
 * @returns what the write gave, or null where it was given up or is wrong in itself
 */
export async function persist<Answer>(
  ctx: EngineContext,
  until: Millis,
  write: () => Promise<Answer>,
): Promise<Answer | null> {
  for (;;) {
    try {
      return await write()
    } catch (fault) {
      const again = fault instanceof StoreUnavailable && ctx.clock.now() + retryMs < until
      ctx.log[again ? 'warn' : 'error']({ err: fault, again }, 'a worker could not write')
      if (!again) return null
      await pause(ctx, retryMs)
    }
  }
}

export const pause = (ctx: Pick<EngineContext, 'clock'>, delayMs: number): Promise<void> =>
  new Promise((resolve) => void ctx.clock.after(delayMs, resolve))
