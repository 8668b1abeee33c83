import { workTopic } from '../ports/bus.ts'
import type { Claims } from '../ports/store.ts'
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
export const pollMs = 1_000
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
    if (!stopped) callOff = ctx.clock.after(delayMs, poll)
  }

  const noteBacklog = (more: boolean): void => {
    backlog = more
  }

  const look = async (): Promise<void> => {
    do {
      again = false
      wakeAfter(await claimAll(ctx, noteBacklog))
    } while (again && !stopped)
    looking = null
  }

  const wake = (): void => {
    again = true
    // Where there is no slot, the one that is freed next is the reason to look.
    if (!ctx.free.any) noteBacklog(true)
    else if (!stopped) looking ??= look()
  }

  const poll = (): void => {
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

/**
 * Claims until there is no slot or no work left.
 *
 * @param noteBacklog told whether there may be more work than slots
 * @returns when to look again, in milliseconds
 */
async function claimAll(ctx: EngineContext, noteBacklog: (more: boolean) => void): Promise<number> {
  for (;;) {
    const max = ctx.free.take(maxClaim)
    // Said in the same breath as the slots are counted: one that is freed later wakes the loop.
    noteBacklog(max === 0)
    if (max === 0) return pollMs
    const { claimed, nextDueAt } = await claim(ctx, max)
    const leftMore = claimed.length === max && !ctx.free.areBusy
    ctx.pressure.claimed(Math.min(maxClaim, ctx.slots), leftMore)
    for (const work of claimed) {
      ctx.admission.claimed(work.job.operation)
      runAttempt(ctx, work)
    }
    ctx.free.giveUnused(max - claimed.length)
    if (claimed.length < max) return untilDue(ctx, nextDueAt)
  }
}

async function claim(ctx: EngineContext, max: number): Promise<Claims> {
  try {
    return await ctx.store.leases.claim({ node: ctx.node, max, except: heldOff(ctx) })
  } catch (fault) {
    ctx.log.error({ err: fault }, 'claiming failed')
    return { claimed: [], nextDueAt: null }
  }
}

const heldOff = (ctx: EngineContext): readonly string[] =>
  ctx.catalog
    .operations()
    .filter(({ name, runner }) => runner.heldOffUntil(name) !== null)
    .map(({ name }) => name)

const untilDue = (ctx: EngineContext, nextDueAt: number | null): number =>
  nextDueAt === null ? pollMs : Math.min(pollMs, Math.max(0, nextDueAt - ctx.clock.now()))
