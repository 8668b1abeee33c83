import { deadLetterAlarms, type DeadLetterAlarm } from '../core/dead-letter.ts'
import type { EngineContext } from './context.ts'
import { createRepeater, type Repeater } from './repeat.ts'

/** How often it looks, in milliseconds; the counts are at hand. */
const alertMs = 5_000

/** From how many dead letters of an operation on somebody should look; 0 for never. */
export const deadLetterAlertOf = (
  { catalog, deadLetterAlert }: Pick<EngineContext, 'catalog' | 'deadLetterAlert'>,
  operation: string,
): number => catalog.operation(operation)?.policies.deadLetterAlert ?? deadLetterAlert

/** The operations that have too many dead letters now. */
export async function findAlarms(ctx: EngineContext): Promise<readonly DeadLetterAlarm[]> {
  const depths = await ctx.store.upkeep.depths()
  return deadLetterAlarms(depths, (operation) => deadLetterAlertOf(ctx, operation))
}

/** Says in the log when an operation has too many dead letters, and when it has no more. */
export function createAlerter(ctx: EngineContext): Repeater {
  let known: ReadonlySet<string> = new Set()
  return createRepeater(ctx, { name: 'alert', everyMs: alertMs, topic: null }, async () => {
    const alarms = await findAlarms(ctx)
    for (const { operation, deadLetters, alert } of alarms) {
      if (known.has(operation)) continue
      ctx.log.warn({ operation, deadLetters, alert }, 'an operation has too many dead letters')
    }
    const now = new Set(alarms.map(({ operation }) => operation))
    for (const operation of known) {
      if (!now.has(operation)) {
        ctx.log.warn({ operation }, 'an operation has few enough dead letters again')
      }
    }
    known = now
    return 'done'
  })
}
