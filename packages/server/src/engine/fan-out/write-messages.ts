import type { FanOutMove, NewMessage } from '../../ports/fan-out.ts'
import type { EngineContext } from '../context.ts'

export interface WrittenMessages {
  /** Deliveries, those included that the store passed over. */
  readonly made: number
  /** Of those that nobody wants any more, or that were written before. */
  readonly skipped: number
}

/**
 * Makes messages and writes them in one command. What is sent at once has had a place of its lane
 * since it was made: where anything fails, it is free again.
 *
 * @param move of the cursor, where they stand behind it
 * @param make adds them one by one
 */
export async function writeMessages(
  ctx: EngineContext,
  move: FanOutMove | null,
  make: (messages: NewMessage[]) => void | Promise<void>,
): Promise<WrittenMessages> {
  const messages: NewMessage[] = []
  try {
    await make(messages)
    const made = messages.reduce((sum, { deliveries }) => sum + deliveries.length, 0)
    if (made === 0 && move === null) return { made, skipped: 0 }
    const createdAt = ctx.clock.now()
    const { skipped } = await ctx.store.fanOut.write({ move, createdAt, messages })
    ctx.dispatch.written(messages, new Set(skipped))
    return { made, skipped: skipped.length }
  } catch (fault) {
    ctx.dispatch.unwritten(messages)
    throw fault
  }
}
