import type { Millis } from '../../core/time.ts'
import { createRing, type RingBounds, type Slice } from './ring.ts'
import type { ToldEvent, ToldPage } from './told-event.ts'

/**
 * The end of one channel on this node: the one place where its events are read from the store for
 * all who follow it. It holds the latest of them, and wakes its readers in rounds: what comes while
 * a round goes on is for the next.
 */
export interface Tail {
  readonly last: number
  /** About what it holds in memory. */
  readonly characters: number
  /** Resolves when `last` is known, with what it was when this was asked, or a moment before. */
  ready(): Promise<number>
  /** Events were committed here; the store has them already. */
  offer(events: readonly ToldEvent[]): void
  /** There may be more in the store. */
  look(): void
  /** Whether what is above the cursor is here, or else in the store. */
  holds(cursor: number): boolean
  /** @returns null where nothing is above the cursor and the reader's time is over */
  next(reader: Reader, cursor: number): Next | Promise<Next>
  /** What somebody gets from now on. */
  keep(kept: Kept): void
  /** Nobody can follow it here any more: who waits is told that nothing comes. */
  end(): void
  /** Reads what the ring does not hold; those who ask for the same get the same. */
  history(cursor: number): Promise<History>
}

/** What the store has above a cursor. */
export interface History {
  readonly oldest: number
  readonly last: number
  /** The first of it; null where there is nothing. */
  readonly slice: Slice | null
}

/** `behind` where the cursor is not within what the tail holds. */
export type Next = Slice | 'behind' | null

/** Somebody who follows a channel. */
export interface Reader {
  /** Set while it waits for the next round. */
  wake: ((next: Next) => void) | null
  cursor: number
  isOver: boolean
}

export interface Kept {
  readonly bounds: RingBounds
  /** How old an event may be that somebody gets; null for no bound of this kind. */
  readonly ageMs: number | null
}

export interface TailOptions extends Kept {
  /** Reads stored events; null where none are. @returns the page above a cursor */
  readonly read: ((since: number) => Promise<ToldPage>) | null
  /** The last offset that was given out, where none are stored. */
  readonly start: () => Promise<number>
  readonly now: () => Millis
  readonly soon: (callback: () => void) => void
  readonly onFault: (fault: unknown) => void
}

/** Readers that are woken in one turn of the event loop; what came meanwhile is taken in between. */
const readersPerTurn = 512

export function createTail(options: TailOptions): Tail {
  const { read, start, now, soon, onFault } = options
  let { bounds, ageMs } = options
  const ring = createRing(bounds)
  const pages = new Map<number, Promise<History>>()
  let isKnown = false
  let starting: Promise<number> | null = null
  let looking: Promise<void> | null = null
  let lookAgain = false
  let waiting = new Set<Reader>()
  let round: Reader[] = []
  let isRoundSet = false
  let isEnded = false

  const holds = (cursor: number): boolean => {
    if (ageMs !== null) ring.expire(now() - ageMs)
    return cursor >= ring.floor && cursor <= ring.last
  }

  const nextOf = (cursor: number): Next => {
    if (isEnded) return null
    return holds(cursor) ? ring.above(cursor) : 'behind'
  }

  const wakeSome = (): void => {
    isRoundSet = false
    if (round.length === 0) {
      round = [...waiting].toReversed()
      waiting = new Set()
    }
    for (let count = 0; count < readersPerTurn; count += 1) {
      const reader = round.pop()
      if (reader === undefined) break
      wake(reader)
    }
    if (round.length > 0) setRound()
  }

  const wake = (reader: Reader): void => {
    const isOver = reader.isOver || isEnded
    const next = isOver ? null : nextOf(reader.cursor)
    const { wake: resume } = reader
    if (next === null && !isOver) waiting.add(reader)
    else {
      reader.wake = null
      resume?.(next)
    }
  }

  const setRound = (): void => {
    if (isRoundSet) return
    isRoundSet = true
    soon(wakeSome)
  }

  const restart = (last: number): void => {
    ring.restart(last)
    isKnown = true
  }

  /** Takes in what follows; what is there already is passed over. @returns whether some is missing */
  const take = (events: readonly ToldEvent[]): boolean => {
    for (const event of events) {
      if (event.offset > ring.last + 1) return true
      if (event.offset === ring.last + 1) ring.push(event)
    }
    if (waiting.size > 0 || round.length > 0) setRound()
    return false
  }

  const catchUp = async (from: NonNullable<typeof read>): Promise<void> => {
    for (let more = true; more;) {
      lookAgain = false
      const page = await from(ring.last)
      const next = page.events[0]?.offset ?? page.last + 1
      // Too far behind to go through it all, or ahead of what there is: readers see for themselves.
      const isElsewhere = page.last - ring.last > bounds.events || page.last < ring.last
      if (isElsewhere) ring.restart(page.last)
      // What comes next is gone, or was never stored.
      else if (next !== ring.last + 1) ring.restart(next - 1)
      take(page.events)
      more = ring.last < page.last || lookAgain
    }
    if (waiting.size > 0) setRound()
  }

  const look = (): Promise<void> => {
    if (read === null || !isKnown) return Promise.resolve()
    lookAgain = true
    looking ??= catchUp(read)
      .catch(onFault)
      .finally(() => {
        looking = null
      })
    return looking
  }

  const readPage = async (cursor: number): Promise<History> => {
    if (read === null) {
      return { oldest: ring.floor + 1, last: ring.last, slice: ring.above(ring.floor) }
    }
    const page = await read(cursor)
    const { oldest, last } = page
    if (last !== ring.last) await look()
    const events = withoutGap(page.events)
    const end = events.at(-1)?.offset
    return { oldest, last, slice: end === undefined ? null : { events, last: end } }
  }

  return {
    get last() {
      return ring.last
    },
    get characters() {
      return ring.characters
    },
    ready() {
      if (isKnown) return Promise.resolve(ring.last)
      starting ??= start().then(
        (last) => {
          if (!isKnown) restart(last)
          // What was offered meanwhile is behind it; of one that stores nothing the store knows
          // only how many offsets are set aside.
          return Math.min(last, ring.floor)
        },
        (fault: unknown) => {
          starting = null
          throw fault
        },
      )
      return starting
    },
    offer(events) {
      const [first] = events
      if (first === undefined) return
      if (!isKnown || (read === null && first.offset !== ring.last + 1)) restart(first.offset - 1)
      if (take(events)) void look()
    },
    look: () => void look(),
    holds,
    keep(kept) {
      ;({ bounds, ageMs } = kept)
      ring.bound(bounds)
    },
    end() {
      isEnded = true
      if (waiting.size > 0) setRound()
    },
    next(reader, cursor) {
      const next = nextOf(cursor)
      if (next !== null || reader.isOver || isEnded) return next
      return new Promise((resolve) => {
        reader.cursor = cursor
        reader.wake = (value) => {
          waiting.delete(reader)
          resolve(value)
        }
        waiting.add(reader)
      })
    },
    history(cursor) {
      const known = pages.get(cursor)
      if (known !== undefined) return known
      const page = readPage(cursor).finally(() => pages.delete(cursor))
      pages.set(cursor, page)
      return page
    },
  }
}

/** An offset may be missing, as of what was published while the channel kept nothing. */
function withoutGap(events: ToldPage['events']): ToldPage['events'] {
  const [first] = events
  const end = events.findIndex(({ offset }, index) => offset !== (first?.offset ?? 0) + index)
  return end === -1 ? events : events.slice(0, end)
}
