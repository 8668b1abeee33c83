import type { Millis } from '../../core/time.ts'
import type { LaneWant } from '../../ports/deliveries.ts'
import { newLane, noteDue, roomOf, type Lane } from './lane.ts'
import type { LaneTerms } from './lane-terms.ts'

/** The lanes that this node knows of, and which of them are to be served next. */
export interface Lanes {
  of(name: string): Lane
  /** Something in it is due then. */
  due(name: string, at: Millis): void
  /** Takes a place for one that is not stored yet, if nothing waits before it. */
  take(name: string, now: Millis): boolean
  /** What may be claimed now; the places for it are taken. */
  wants(now: Millis): readonly LaneWant[]
  /** An attempt, or the place for one, is free again. */
  leave(lane: Lane): void
  /** When the next lane is to be looked at; null for never. */
  nextAt(now: Millis): Millis | null
}

export interface LanesOptions {
  /** Attempts at the same time, of all lanes. */
  readonly slots: number
  readonly termsOf: (lane: string) => LaneTerms | null
}

/** One claim takes no more than this, so that the store is not held up. */
const claimAtMost = 256

export function createLanes({ slots, termsOf }: LanesOptions): Lanes {
  const lanes = new Map<string, Lane>()
  /** Those with something that is due; the one that waits for longest first. */
  const ready = new Set<Lane>()
  /** Before this no other lane is due. */
  let quietUntil: Millis = Infinity
  let taken = 0

  const of = (name: string): Lane => {
    const known = lanes.get(name)
    if (known !== undefined) return known
    const lane = newLane(name)
    lanes.set(name, lane)
    return lane
  }

  /** Nothing of it is known that the store does not know too. */
  const forgetIdle = (lane: Lane): void => {
    if (lane.taken > 0 || lane.dueAt !== null || lane.failures > 0) return
    lanes.delete(lane.name)
    ready.delete(lane)
  }

  const collect = (now: Millis): void => {
    if (quietUntil > now) return
    quietUntil = Infinity
    for (const lane of lanes.values()) {
      if (lane.dueAt === null || ready.has(lane)) continue
      if (lane.dueAt <= now) ready.add(lane)
      else quietUntil = Math.min(quietUntil, lane.dueAt)
    }
  }

  /** Where room is short, nobody gets more than its part of it. */
  const fairShare = (): number => {
    const free = slots - taken
    return free > slots / 2 ? free : Math.max(1, Math.floor(slots / Math.max(1, ready.size)))
  }

  const wantOf = (lane: Lane, now: Millis, most: number): LaneWant | null => {
    const terms = termsOf(lane.name)
    if (terms === null) {
      // Its endpoint is disabled or gone: what is left of it is dropped in the store.
      lane.dueAt = null
      ready.delete(lane)
      forgetIdle(lane)
      return null
    }
    const oneByOne = terms.ordered ? 1 : terms.concurrency
    const room = Math.min(roomOf(lane, oneByOne, now), terms.gapMs > 0 ? 1 : Infinity)
    const max = Math.min(room, fairShare() - lane.taken, most)
    if (max <= 0) return null
    if (terms.gapMs > 0) lane.restUntil = now + terms.gapMs
    return { lane: lane.name, max, ordered: terms.ordered, leaseMs: terms.leaseMs }
  }

  return {
    of,
    due(name, at) {
      noteDue(of(name), at)
      quietUntil = Math.min(quietUntil, at)
    },
    take(name, now) {
      const terms = termsOf(name)
      if (terms === null || terms.ordered || terms.gapMs > 0 || taken >= slots) return false
      const lane = of(name)
      // What was there before goes first.
      const isWaiting = lane.dueAt !== null && lane.dueAt <= now
      if (isWaiting || roomOf(lane, terms.concurrency, now) === 0) return false
      lane.taken += 1
      taken += 1
      return true
    },
    wants(now) {
      collect(now)
      const wants: LaneWant[] = []
      let most = Math.min(claimAtMost, slots - taken)
      for (const lane of ready) {
        if (most <= 0) break
        const want = wantOf(lane, now, most)
        if (want === null) continue
        wants.push(want)
        // Whoever was served goes to the end of the line.
        ready.delete(lane)
        lane.dueAt = null
        lane.taken += want.max
        taken += want.max
        most -= want.max
      }
      return wants
    },
    leave(lane) {
      lane.taken -= 1
      taken -= 1
      forgetIdle(lane)
    },
    nextAt(now) {
      collect(now)
      let next = quietUntil
      for (const { restUntil } of ready) if (restUntil > now) next = Math.min(next, restUntil)
      return next === Infinity ? null : next
    },
  }
}
