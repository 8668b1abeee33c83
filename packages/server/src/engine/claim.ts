import { workTopic } from '../ports/bus.ts'
import type { EngineContext } from './context.ts'
import { runAttempt } from './run.ts'

/** Takes runnable jobs whenever there are slots for them. */
export interface Claimer {
  /** There may be work: look. */
  wake(): void
  /** A slot is free: look, if there was more work than slots. */
  slotFree(): void
  /** Ends the loop; a claim under way is finished and its jobs are run. */
  stop(): Promise<void>
}

/** Looks at least this often without a hint, in milliseconds; also the wait after a fault. */
const pollMs = 1_000
/** Jobs taken in one go: enough to share a commit, few enough to leave other nodes theirs. */
const maxClaim = 128

export function createClaimer(ctx: EngineContext): Claimer {
  let stopped = false
  let looking: Promise<void> | null = null
  let again = false
  let callOff: (() => void) | null = null
  let backlog = false

  const wakeAfter = (delayMs: number): void => {
    callOff?.()
    if (!stopped) callOff = ctx.clock.after(delayMs, wake)
  }

  const look = async (): Promise<void> => {
    do {
      again = false
      const seen = await claimAll(ctx)
      backlog = seen.backlog
      wakeAfter(seen.lookAgainMs)
    } while (again && !stopped)
    looking = null
  }

  const wake = (): void => {
    again = true
    if (!stopped) looking ??= look()
  }

  const unsubscribe = ctx.bus.subscribe(workTopic, wake)

  return {
    wake,
    slotFree() {
      if (backlog) wake()
    },
    async stop() {
      stopped = true
      unsubscribe()
      callOff?.()
      await looking
    },
  }
}

interface Seen {
  /** There was more work than slots. */
  readonly backlog: boolean
  readonly lookAgainMs: number
}

/** Claims until there is no slot or no work left. */
async function claimAll(ctx: EngineContext): Promise<Seen> {
  for (;;) {
    const max = ctx.free.take(maxClaim)
    if (max === 0) return { backlog: true, lookAgainMs: pollMs }
    try {
      const { claimed, nextDueAt } = await claimSome(ctx, max)
      if (claimed < max) return { backlog: false, lookAgainMs: untilDue(ctx, nextDueAt) }
    } catch (fault) {
      ctx.free.giveUnused(max)
      ctx.log.error({ err: fault }, 'claiming failed')
      return { backlog: false, lookAgainMs: pollMs }
    }
  }
}

async function claimSome(ctx: EngineContext, max: number) {
  const { claimed, nextDueAt } = await ctx.store.leases.claim({
    node: ctx.node,
    max,
    except: heldOff(ctx),
  })
  for (const work of claimed) runAttempt(ctx, work)
  ctx.free.giveUnused(max - claimed.length)
  return { claimed: claimed.length, nextDueAt }
}

const heldOff = (ctx: EngineContext): readonly string[] =>
  ctx.catalog
    .operations()
    .filter(({ name, runner }) => runner.heldOffUntil(name) !== null)
    .map(({ name }) => name)

const untilDue = (ctx: EngineContext, nextDueAt: number | null): number =>
  nextDueAt === null ? pollMs : Math.min(pollMs, Math.max(0, nextDueAt - ctx.clock.now()))
