import type { Clock } from '../ports/clock.ts'

/**
 * How many submissions this node has under way, and how many it should: as many as are on disk
 * within a short time. Where for a while even the fastest took longer, work stands in a queue
 * somewhere on its way (in the event loop, in the store's thread, at the disk), and more of it would
 * only lengthen that; as in CoDel (RFC 8289) it is the least delay that tells, since a burst has fast
 * ones too.
 */
export interface Pressure {
  /** Whether nothing more should be taken now. */
  readonly isFull: boolean
  /**
   * Whether jobs wait although there are slots for them: then accepting takes the time that
   * claiming, running and recording need, and of an operation of which much waits already less
   * should be taken.
   */
  readonly isBehind: boolean
  enter(bytes: number): void
  leave(bytes: number, tookMs: number): void
  /**
   * A claim has come back.
   *
   * @param most how many jobs one takes at most
   * @param leftMore whether it took as many as it could, and the others do not wait for handlers
   */
  claimed(most: number, leftMore: boolean): void
}

/** The store takes no more than this by itself; see inFlightAtMost there. */
const atMost = { count: 8_192, bytes: 48 * 1024 * 1024 }
/** Below this there would be too few for one commit to be shared. */
const atLeast = 128
const windowMs = 100
/** So many more moments have to be slow than not; a burst is over sooner, and is taken whole. */
const patience = 5
/** A queue is shorter than this many times what a submission takes without one. */
const queueOf = { times: 4, leastMs: 10, mostMs: 1_000 }
/** With no more than this under way, nothing waits for anything but the disk. */
const fewAtOnce = 32
/** A burst is claimed within this time; where claims leave jobs for longer, it is none. */
const burstMs = 25
/** With no claim for so long, the last one tells nothing any more. */
const staleMs = 1_000
const less = 0.8
const more = { times: 1.1, plus: 8 }

export function createPressure({ monotonic }: Pick<Clock, 'monotonic'>): Pressure {
  let count = 0
  let bytes = 0
  let limit = atMost.count
  let targetMs = queueOf.leastMs
  let slow = 0
  let behind = { since: 0, until: 0, atMost: Infinity }
  let window = { endsAt: 0, leastMs: Infinity, most: 0 }

  const beginWindow = (now: number): void => {
    window = { endsAt: now + windowMs, leastMs: Infinity, most: count }
  }

  const adjust = (now: number): void => {
    const { leastMs, most } = window
    if (most <= fewAtOnce) {
      targetMs = Math.min(queueOf.mostMs, Math.max(queueOf.leastMs, leastMs * queueOf.times))
    }
    const isSlow = leastMs > targetMs
    slow = isSlow ? Math.min(patience, slow + 1) : Math.max(0, slow - 1)
    if (!isSlow) limit = Math.min(atMost.count, limit * more.times + more.plus)
    else if (slow === patience) limit = Math.max(atLeast, Math.min(limit, most) * less)
    beginWindow(now)
  }

  return {
    get isFull() {
      return count >= limit || bytes >= atMost.bytes
    },
    get isBehind() {
      return count >= behind.atMost && monotonic() < behind.until
    },
    enter(size) {
      count += 1
      bytes += size
      if (count > window.most) window.most = count
    },
    leave(size, tookMs) {
      count -= 1
      bytes -= size
      if (tookMs < window.leastMs) window.leastMs = tookMs
      const now = monotonic()
      if (now >= window.endsAt) adjust(now)
    },
    claimed(most, leftMore) {
      const now = monotonic()
      const since = leftMore && now < behind.until ? behind.since : now
      const until = leftMore ? now + staleMs : 0
      // Two go out for each that comes in, so that it is over soon.
      behind = { since, until, atMost: now - since > burstMs ? most / 2 : Infinity }
    },
  }
}
