import type { Store } from '../../ports/store.ts'
import { keyOf, type Place } from './place.ts'

/** Gives offsets to events that are not stored, without asking the store for each. */
export interface Offsets {
  /** @returns the first of `count`; null where the store takes no more channels */
  take(place: Place, count: number): number | null | Promise<number | null>
  /** The last one that was given out here; null where none was. */
  last(place: Place): number | null
}

/** What the store has set aside for one channel. */
interface Block {
  next: number
  end: number
}

/** So many are set aside at a time; a restart skips what is left of them. */
const blockSize = 100_000
/** Channels whose block is in memory; another one just begins a new block. */
const blocksAtMost = 10_000

export function createOffsets({ store }: { readonly store: Pick<Store, 'events'> }): Offsets {
  const blocks = new Map<string, Block>()
  const refills = new Map<string, Promise<boolean>>()

  const refill = async (key: string, { tenant, name }: Place): Promise<boolean> => {
    try {
      const first = await store.events.reserve(tenant, name, blockSize)
      if (first === null) return false
      if (blocks.size >= blocksAtMost) blocks.clear()
      const left = blocks.get(key)
      // What nobody else took in between goes on without a gap.
      if (left !== undefined && left.end + 1 === first) left.end += blockSize
      else blocks.set(key, { next: first, end: first + blockSize - 1 })
      return true
    } finally {
      refills.delete(key)
    }
  }

  const take = (place: Place, count: number): number | null | Promise<number | null> => {
    const key = keyOf(place)
    const block = blocks.get(key)
    if (block !== undefined && block.next + count - 1 <= block.end) {
      block.next += count
      return block.next - count
    }
    const filling = refills.get(key) ?? refill(key, place)
    refills.set(key, filling)
    return filling.then((isFilled) => (isFilled ? take(place, count) : null))
  }
  return {
    take,
    last(place) {
      const block = blocks.get(keyOf(place))
      return block === undefined ? null : block.next - 1
    },
  }
}
