import { endpointsTopic } from '../../ports/bus.ts'
import type { ClaimedDelivery, LaneWant } from '../../ports/deliveries.ts'
import type { NewDelivery, NewMessage } from '../../ports/fan-out.ts'
import type { EngineContext } from '../context.ts'
import { createAttempts } from './attempts.ts'
import { claimedAtOnce } from './claimed-at-once.ts'
import type { Dispatch } from './dispatch.ts'
import { termsOfLane } from './lane-terms.ts'
import { forgive } from './lane.ts'
import { createLanes, type Lanes } from './lanes.ts'
import { reportGivenUp } from './report-delivery.ts'

/** Attempts at the same time, of all lanes: each is a connection. */
const slots = 1_024
/** Lanes whose hints got lost are found by a look at this interval, in milliseconds. */
const lookMs = 30_000
const lanesPerLook = 500
/** After a fault of the store. */
const againMs = 1_000

export function createDispatcher(ctx: EngineContext): Dispatch {
  const lanes = createLanes({ slots, termsOf: (lane) => termsOfLane(ctx.subscribers, lane) })
  const attempts = createAttempts(ctx, lanes, () => wake())
  let isStarted = false
  let isStopped = false
  let isAwake = false
  let claiming: Promise<void> | null = null
  let callOff: () => void = () => {}
  let callOffLook: () => void = () => {}
  let unsubscribe: () => void = () => {}

  /** What comes in together is looked at once. */
  const wake = (): void => {
    if (isAwake || !isStarted || isStopped) return
    isAwake = true
    ctx.soon(() => {
      isAwake = false
      pump()
    })
  }

  const pump = (): void => {
    if (claiming !== null || isStopped) return
    callOff()
    const wants = lanes.wants(ctx.clock.now())
    if (wants.length > 0) {
      claiming = claim(wants).finally(() => {
        claiming = null
        wake()
      })
      return
    }
    const nextAt = lanes.nextAt()
    if (nextAt !== null) callOff = ctx.clock.after(Math.max(1, nextAt - ctx.clock.now()), wake)
  }

  const claim = async (wants: readonly LaneWant[]): Promise<void> => {
    let claimed: readonly ClaimedDelivery[] = []
    try {
      const claims = await ctx.store.deliveries.claim({ wants })
      claimed = claims.claimed
      for (const each of claims.givenUp) reportGivenUp(ctx, each)
      for (const { lane, dueAt } of claims.lanes) if (dueAt !== null) lanes.due(lane, dueAt)
    } catch (fault) {
      ctx.log.warn({ err: fault }, 'deliveries could not be claimed; it is tried again')
      for (const { lane } of wants) lanes.due(lane, ctx.clock.now() + againMs)
    }
    leaveUnused(lanes, wants, claimed)
    for (const each of claimed) attempts.begin(each)
  }

  const look = async (): Promise<void> => {
    let nextMs = lookMs
    try {
      // Of lanes whose webhooks are not known nothing would be sent.
      await ctx.subscribers.atLeast(0)
      for (let after = ''; !isStopped;) {
        const page = await ctx.store.deliveries.lanes(after, lanesPerLook)
        for (const { lane, dueAt } of page) lanes.due(lane, dueAt)
        if (page.length < lanesPerLook) break
        after = page.at(-1)?.lane ?? ''
      }
    } catch (fault) {
      ctx.log.warn({ err: fault }, 'the lanes of deliveries could not be looked at')
      nextMs = againMs
    }
    if (!isStopped) callOffLook = ctx.clock.after(nextMs, () => void look())
    wake()
  }

  return {
    take: (lane) => isStarted && !isStopped && lanes.take(lane, ctx.clock.now()),
    written(messages, skipped) {
      for (const { message, delivery } of placesOf(messages)) {
        const lane = lanes.of(delivery.lane)
        if (delivery.leaseUntil === null) lanes.due(delivery.lane, delivery.dueAt)
        else if (skipped.has(delivery.id)) lanes.leave(lane)
        else attempts.begin(claimedAtOnce(message, delivery, ctx.clock.now()))
      }
      wake()
    },
    unwritten(messages) {
      for (const { delivery } of placesOf(messages)) {
        if (delivery.leaseUntil !== null) lanes.leave(lanes.of(delivery.lane))
      }
    },
    due(lane, at) {
      lanes.due(lane, at)
      wake()
    },
    trust(lane) {
      forgive(lanes.of(lane))
      wake()
    },
    start() {
      isStarted = true
      unsubscribe = ctx.bus.subscribe(endpointsTopic, wake)
      void look()
    },
    async stop(withinMs) {
      isStopped = true
      callOff()
      callOffLook()
      unsubscribe()
      await claiming
      await attempts.end(withinMs)
    },
  }
}

const placesOf = (
  messages: readonly NewMessage[],
): readonly { readonly message: NewMessage; readonly delivery: NewDelivery }[] =>
  messages.flatMap((message) => message.deliveries.map((delivery) => ({ message, delivery })))

/** A lane may have had less than there was room for. */
function leaveUnused(
  lanes: Lanes,
  wants: readonly LaneWant[],
  claimed: readonly ClaimedDelivery[],
): void {
  const counts = new Map<string, number>()
  for (const { delivery } of claimed)
    counts.set(delivery.lane, (counts.get(delivery.lane) ?? 0) + 1)
  for (const { lane, max } of wants) {
    for (let left = max - (counts.get(lane) ?? 0); left > 0; left -= 1) lanes.leave(lanes.of(lane))
  }
}
