import type { Millis } from '../../core/time.ts'
import type { LaneWant } from '../../ports/deliveries.ts'
import { newLane, noteDue, roomOf, startsAt, type Lane } from './lane.ts'
import { siblingOf } from '../../core/lane.ts'
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
  /** When the next lane that the last `wants` left is to be looked at; null for never. */
  nextAt(): Millis | null
}

export interface LanesOptions {
  /** Attempts at the same time, of all lanes. */
  readonly slots: number
  readonly termsOf: (lane: string) => LaneTerms | null
}

/** One claim takes no more than this, so that the store is not held up. */
const claimAtMost = 256
/** What is remembered of lanes that are idle ends there. */
const lanesAtMost = 20_000

export function createLanes({ slots, termsOf }: LanesOptions): Lanes {
  const lanes = new Map<string, Lane>()
  /** Those of which nothing is to be sent, and nothing under way: what is known of them can go. */
  const idle = new Set<Lane>()
  /** Those with something that is due; the one that waits for longest first. */
  const ready = new Set<Lane>()
  /** Before this no other lane is due. */
  let quietUntil: Millis = Infinity
  /** The clock goes on after a look: what became due since then is still to be looked at. */
  let lookedAt: Millis = 0
  let taken = 0

  const noteIdle = (lane: Lane): void => {
    if (lane.taken > 0 || lane.dueAt !== null) idle.delete(lane)
    else idle.add(lane)
  }

  /** Callbacks may have another address each; of one that is idle nothing is known but its pace. */
  const makeRoom = (): void => {
    for (const lane of idle) {
      if (lanes.size < lanesAtMost) return
      idle.delete(lane)
      lanes.delete(lane.name)
    }
  }

  const of = (name: string): Lane => {
    const known = lanes.get(name)
    if (known !== undefined) return known
    if (lanes.size >= lanesAtMost) makeRoom()
    const lane = newLane(name, lanes.get(siblingOf(name) ?? '')?.spacing)
    lanes.set(name, lane)
    idle.add(lane)
    return lane
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

  /** As much for each as for any other; where places are few, one, and the last for who is sound. */
  const shareOf = (lane: Lane, even: number): number => {
    const free = slots - taken
    if (free > slots / 4) return even
    return lane.taken === 0 && (lane.isProven || free > slots / 16) ? 1 : 0
  }

  const wantOf = (lane: Lane, now: Millis, even: number, most: number): LaneWant | null => {
    const terms = termsOf(lane.name)
    if (terms === null) {
      // Its endpoint is disabled or gone: what is left of it is dropped in the store.
      lane.dueAt = null
      ready.delete(lane)
      noteIdle(lane)
      return null
    }
    const oneByOne = terms.ordered ? 1 : terms.concurrency
    const room = Math.min(roomOf(lane, oneByOne, now), terms.gapMs > 0 ? 1 : Infinity)
    const max = Math.min(room, shareOf(lane, even), most)
    if (max <= 0) return null
    if (terms.gapMs > 0) lane.spacing.until = now + terms.gapMs
    return { lane: lane.name, max, ordered: terms.ordered, leaseMs: terms.leaseMs }
  }

  return {
    of,
    due(name, at) {
      const lane = of(name)
      noteDue(lane, at)
      idle.delete(lane)
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
      idle.delete(lane)
      return true
    },
    wants(now) {
      lookedAt = now
      collect(now)
      const wants: LaneWant[] = []
      let most = Math.min(claimAtMost, slots - taken)
      const even = Math.ceil((slots - taken) / Math.max(1, ready.size))
      for (const lane of ready) {
        if (most <= 0) break
        const want = wantOf(lane, now, even, most)
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
      noteIdle(lane)
    },
    nextAt() {
      let next = quietUntil
      for (const lane of ready) {
        const at = startsAt(lane)
        if (at > lookedAt) next = Math.min(next, at)
      }
      return next === Infinity ? null : next
    },
  }
}
