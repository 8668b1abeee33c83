import type { EngineContext } from './context.ts'

/** Something that the engine does again and again, one at a time. */
export interface Repeater {
  /** Does it soon, besides its own rhythm. */
  wake(): void
  /** Ends it, after the turn under way. */
  stop(): Promise<void>
}

export interface Rhythm {
  /** For the log. */
  readonly name: string
  readonly everyMs: number
  /** A hint on this topic is a reason not to wait. */
  readonly topic: string | null
}

/** @param turn answers `more` where it left work of its bounded page undone */
export function createRepeater(
  ctx: EngineContext,
  rhythm: Rhythm,
  turn: () => Promise<'done' | 'more'>,
): Repeater {
  let stopped = false
  let again = false
  let running: Promise<void> | null = null
  let callOff: () => void = () => {}

  const run = async (): Promise<void> => {
    do {
      again = false
      // Between two pages others get their turn at the store: nothing here is in a hurry.
      let left: 'done' | 'more' = 'more'
      while (!stopped && left === 'more') left = await safely(ctx, rhythm.name, turn)
    } while (again && !stopped)
    running = null
    if (!stopped) callOff = ctx.clock.after(rhythm.everyMs, wake)
  }

  const wake = (): void => {
    callOff()
    again = true
    if (!stopped) running ??= run()
  }

  const unsubscribe = rhythm.topic === null ? () => {} : ctx.bus.subscribe(rhythm.topic, wake)
  callOff = ctx.clock.after(0, wake)

  return {
    wake,
    async stop() {
      stopped = true
      unsubscribe()
      callOff()
      await running
    },
  }
}

async function safely(
  ctx: EngineContext,
  name: string,
  turn: () => Promise<'done' | 'more'>,
): Promise<'done' | 'more'> {
  try {
    return await turn()
  } catch (fault) {
    ctx.log.error({ err: fault, turn: name }, 'a background turn failed; it is tried again')
    return 'done'
  }
}
