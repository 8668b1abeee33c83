/** How many more attempts this node can run. */
export interface Slots {
  /** Takes up to `max` slots. @returns how many it took */
  take(max: number): number
  give(count: number): void
  /** Gives back slots that were taken on trial, which is no reason to look for work again. */
  giveUnused(count: number): void
  readonly inUse: number
  /** From now on there are none; idempotent. */
  close(): void
}

/** @param onFree called when a slot was given back, unless closed */
export function createSlots(total: number, onFree: () => void): Slots {
  let inUse = 0
  let closed = false
  return {
    take(max) {
      if (closed) return 0
      const taken = Math.min(max, total - inUse)
      inUse += taken
      return taken
    },
    give(count) {
      inUse -= count
      if (!closed) onFree()
    },
    giveUnused(count) {
      inUse -= count
    },
    get inUse() {
      return inUse
    },
    close() {
      closed = true
    },
  }
}
