import type { Millis } from '../../core/time.ts'
import type { ClaimedDelivery, DeliveryRef, DeliverySettlement } from '../../ports/deliveries.ts'
import type { EngineContext } from '../context.ts'
import { pause } from '../persist.ts'
import { paceDown, paceUp, type Lane } from './lane.ts'
import { termsOfLane } from './lane-terms.ts'
import type { Lanes } from './lanes.ts'
import { recordTry, tryOnce } from './deliver.ts'

/** The attempts that are under way on this node. */
export interface Attempts {
  /** Sends one that was claimed; its lane has a place for it. */
  begin(claimed: ClaimedDelivery): void
  /** Lets them end, calls off those that do not in that time, and gives these back. */
  end(withinMs: number): Promise<void>
}

const lookMs = 20
/** Left of the time of a stop for giving back. */
const giveBackMs = 500

/** @param onFree told when a place is free again */
export function createAttempts(ctx: EngineContext, lanes: Lanes, onFree: () => void): Attempts {
  const stop = new AbortController()
  let underWay = 0
  const unsent: DeliveryRef[] = []

  const run = async (claimed: ClaimedDelivery): Promise<void> => {
    const { delivery } = claimed
    const lane = lanes.of(delivery.lane)
    const leave = leaveOnce(lane)
    try {
      const tried = await tryOnce(ctx, claimed, stop.signal)
      if (tried.kind === 'unsent') {
        unsent.push({ id: delivery.id, fence: delivery.fence })
        return
      }
      keepPace(lane, tried.settlement.verdict)
      // Its receiver takes the next one while this is written, and one commit does for both.
      leave()
      dueNext(lane, await recordTry(ctx, claimed, tried))
    } catch (fault) {
      // Its lease ends by itself, and it is claimed again.
      ctx.log.error({ err: fault, delivery: delivery.id }, 'an attempt to deliver failed in itself')
      lanes.due(lane.name, delivery.leaseUntil)
    } finally {
      underWay -= 1
      leave()
      // What is due next was not known yet when the place became free.
      onFree()
    }
  }

  const leaveOnce = (lane: Lane): (() => void) => {
    let hasLeft = false
    return () => {
      if (hasLeft) return
      hasLeft = true
      lanes.leave(lane)
      onFree()
    }
  }

  const keepPace = (lane: Lane, verdict: DeliverySettlement['verdict']): void => {
    if (verdict === 'success')
      paceUp(lane, termsOfLane(ctx.subscribers, lane.name)?.concurrency ?? 1)
    else paceDown(lane, ctx.clock.now())
  }

  /** In an ordered lane another one may be claimed now, which nobody said was due. */
  const dueNext = (lane: Lane, dueAt: Millis | null): void => {
    const isOrdered = termsOfLane(ctx.subscribers, lane.name)?.ordered === true
    if (dueAt !== null) lanes.due(lane.name, dueAt)
    else if (isOrdered) lanes.due(lane.name, ctx.clock.now())
  }

  const untilIdle = async (endsAt: number): Promise<void> => {
    while (underWay > 0 && ctx.clock.monotonic() < endsAt) await pause(ctx, lookMs)
  }

  /** A stop goes on where the store is away: the leases end by themselves. */
  const giveBack = async (): Promise<void> => {
    try {
      if (unsent.length > 0) await ctx.store.deliveries.release(unsent, ctx.clock.now())
    } catch (fault) {
      ctx.log.warn({ err: fault, deliveries: unsent.length }, 'deliveries were not given back')
    }
  }

  return {
    begin(claimed) {
      underWay += 1
      void run(claimed)
    },
    async end(withinMs) {
      const endsAt = ctx.clock.monotonic() + withinMs
      await untilIdle(endsAt - giveBackMs)
      stop.abort()
      await untilIdle(endsAt)
      await giveBack()
    },
  }
}
