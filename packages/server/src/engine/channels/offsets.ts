import type { Millis } from '../../core/time.ts'
import type { Catalog } from '../../ports/catalog.ts'
import type { Clock } from '../../ports/clock.ts'
import type { EventPlace, NewEvent, Publication } from '../../ports/events.ts'
import type { Store } from '../../ports/store.ts'
import { asDeclared, keyOf, type DeclaredPlace, type Place, type PresencePlace } from './place.ts'

/** Gives offsets to events that are not stored, without asking the store for each. */
export interface Offsets {
  /**
   * An event whose source and id are those of a late one is that event.
   *
   * @returns null where more have to be set aside first
   */
  take(place: EphemeralPlace, events: readonly NewEvent[]): Taken | null
  /** Sets more aside, if the place is still the same by then. */
  setAside(place: EphemeralPlace): Promise<SetAside>
  /** The last one that was given out here; null where none was. */
  last(place: Place): number | null
  /** What was set aside for such a place is not used any more. */
  forget(isGone: (place: EphemeralPlace) => boolean): void
}

type EphemeralPlace = DeclaredPlace | PresencePlace
type Taken = Extract<Publication, { kind: 'published' }>

export type SetAside = 'done' | 'too-many-channels' | 'channel-changed'

/** What the store has set aside for one channel. */
interface Block {
  readonly place: EphemeralPlace
  next: number
  end: number
  takenAt: Millis
  /** The latest events that can come again, oldest first. */
  readonly recent: Map<string, number>
}

/** So many are set aside at a time; a restart skips what is left of them. */
const blockSize = 100_000
/** Channels whose block is in memory; another one just begins a new block. */
const blocksAtMost = 10_000
/** A channel that is in use is taken offsets for at least this often, in milliseconds. */
const refreshMs = 3_600_000

interface OffsetParts {
  readonly store: Pick<Store, 'events'>
  readonly clock: Pick<Clock, 'now'>
  readonly catalog: Catalog
}

export function createOffsets({ store, clock, catalog }: OffsetParts): Offsets {
  const blocks = new Map<string, Block>()
  const refills = new Map<string, Promise<SetAside>>()

  const refill = async (key: string, place: EphemeralPlace): Promise<SetAside> => {
    try {
      const first = await store.events.reserve(place.tenant, place.name, blockSize)
      if (first === null) return 'too-many-channels'
      // What goes on elsewhere would come to stand above what is set aside here.
      if (asDeclared(catalog, place) === null) return 'channel-changed'
      const left = blocks.get(key)
      // What nobody else took in between goes on without a gap.
      if (left !== undefined && left.end + 1 === first) {
        Object.assign(left, { end: left.end + blockSize, takenAt: clock.now() })
        return 'done'
      }
      makeRoom()
      const fresh = { place, next: first, end: first + blockSize - 1, takenAt: clock.now() }
      blocks.set(key, { ...fresh, recent: new Map() })
      return 'done'
    } finally {
      refills.delete(key)
    }
  }

  const setAside = (place: EphemeralPlace): Promise<SetAside> => {
    const key = keyOf(place)
    const filling = refills.get(key) ?? refill(key, place)
    refills.set(key, filling)
    return filling
  }

  /** The oldest goes: who follows that channel is reset when it goes on. */
  const makeRoom = (): void => {
    for (const key of blocks.keys()) {
      if (blocks.size < blocksAtMost) return
      blocks.delete(key)
    }
  }

  return {
    take(place, events) {
      const block = blocks.get(keyOf(place))
      if (block === undefined) return null
      // The store forgets channels that it has not heard of for long.
      if (clock.now() - block.takenAt > refreshMs) {
        block.takenAt = clock.now()
        setAside(place).catch(() => {})
      }
      if (block.next + events.length - 1 > block.end) return null
      const { count } = place.channel.history
      return { kind: 'published', places: events.map((event) => put(block, event, count)) }
    },
    setAside,
    last(place) {
      const block = blocks.get(keyOf(place))
      return block === undefined ? null : block.next - 1
    },
    forget(isGone) {
      for (const [key, { place }] of blocks) if (isGone(place)) blocks.delete(key)
    },
  }
}

/** @param count how many events can be told apart from those that come */
function put(block: Block, { id, source }: NewEvent, count: number): EventPlace {
  const name = source === null ? null : `${id}\n${source}`
  const known = name === null ? undefined : block.recent.get(name)
  if (known !== undefined) return { offset: known, isNew: false }
  const offset = block.next
  block.next += 1
  if (name === null) return { offset, isNew: true }
  block.recent.set(name, offset)
  if (block.recent.size > count) {
    for (const oldest of block.recent.keys()) {
      block.recent.delete(oldest)
      break
    }
  }
  return { offset, isNew: true }
}
