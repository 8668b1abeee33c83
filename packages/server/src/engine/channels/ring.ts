import type { Millis } from '../../core/time.ts'
import type { ToldEvent } from './told-event.ts'

/**
 * Events in a row. Readers who stand at the same place get the same object, so that an edge can
 * keep what it made of it and write that to all of them.
 */
export interface Slice {
  readonly events: readonly ToldEvent[]
  /** The offset of the last of them. */
  readonly last: number
}

/** The latest events of a channel, without gaps. */
export interface Ring {
  /** Cursors from here on can be served. */
  readonly floor: number
  readonly last: number
  /** About what it holds. */
  readonly characters: number
  /** Forgets everything; what comes next follows this offset. */
  restart(last: number): void
  /** @param event has the offset after the last one */
  push(event: ToldEvent): void
  /** Holds no more than that from now on. */
  bound(bounds: RingBounds): void
  /** Lets go of what is from then or before. */
  expire(until: Millis): void
  /** @param cursor from `floor` to `last`. @returns null where nothing is above it */
  above(cursor: number): Slice | null
}

export interface RingBounds {
  readonly events: number
  /** About so many characters are held, but at least one event. */
  readonly characters: number
}

/** A slice ends with the event that reaches so many characters. */
const sliceCharacters = 262_144
/** An outcome is made when it is read; this is what it will be about, apart from its result. */
const outcomeCharacters = 1_000
/** Places of which slices are remembered: readers who do not stand at the end may stand anywhere. */
const slicesAtMost = 16

export function createRing(initial: RingBounds): Ring {
  let bounds = initial
  let events: ToldEvent[] = []
  /** Where the first of them stands; those before it are gone. */
  let head = 0
  let floor = 0
  let characters = 0
  const slices = new Map<number, Slice>()

  const last = (): number => floor + events.length - head

  const shift = (): void => {
    characters -= sizeOf(events[head])
    head += 1
    floor += 1
    if (head > 1_024 && head * 2 > events.length) {
      events = events.slice(head)
      head = 0
    }
  }

  const isTooMuch = (): boolean => {
    const count = events.length - head
    return count > bounds.events || (count > 1 && characters > bounds.characters)
  }

  /** Also of the slices, which may hold what has to go. */
  const trim = (): void => {
    while (isTooMuch()) shift()
    slices.clear()
  }

  const cut = (cursor: number): Slice => {
    const start = head + cursor - floor
    let end = start
    for (let size = 0; end < events.length && size < sliceCharacters; end += 1) {
      size += sizeOf(events[end])
    }
    return { events: events.slice(start, end), last: cursor + end - start }
  }

  return {
    get floor() {
      return floor
    },
    get last() {
      return last()
    },
    get characters() {
      return characters
    },
    restart(at) {
      events = []
      head = 0
      floor = at
      characters = 0
      slices.clear()
    },
    push(event) {
      events.push(event)
      characters += sizeOf(event)
      trim()
    },
    bound(next) {
      bounds = next
      trim()
    },
    expire(until) {
      for (
        let first = events[head];
        first !== undefined && first.at <= until;
        first = events[head]
      ) {
        shift()
        slices.clear()
      }
    },
    above(cursor) {
      if (cursor >= last()) return null
      const known = slices.get(cursor)
      if (known !== undefined) return known
      if (slices.size >= slicesAtMost) slices.clear()
      const slice = cut(cursor)
      slices.set(cursor, slice)
      return slice
    },
  }
}

function sizeOf(event: ToldEvent | undefined): number {
  if (event?.kind === 'published') return event.text.length
  return outcomeCharacters + (event?.kind === 'outcome' ? (event.result?.body.byteLength ?? 0) : 0)
}
