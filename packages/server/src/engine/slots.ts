/** How many more attempts this node can run. */
export interface Slots {
  /** Takes up to `max` slots on trial: for work that may come. @returns how many it took */
  take(max: number): number
  /** An attempt runs now in a slot that was taken on trial. */
  use(): void
  /** The runner of an attempt has ended. */
  give(): void
  /** Gives back slots that were taken on trial. */
  giveUnused(count: number): void
  /** Whether one could be taken now. */
  readonly any: boolean
  /** Slots that are taken on trial: their attempts may still come. */
  readonly onTrial: number
  /** Whether runners are at work in at least half of them: what waits then waits for them. */
  readonly areBusy: boolean
  /** From now on there are none; idempotent. */
  close(): void
}

/** @param onFree called when slots were given back, unless closed */
export function createSlots(total: number, onFree: () => void): Slots {
  let inUse = 0
  let onTrial = 0
  let closed = false
  const giveBack = (count: number): void => {
    inUse -= count
    if (count > 0 && !closed) onFree()
  }
  return {
    take(max) {
      if (closed) return 0
      const taken = Math.min(max, total - inUse)
      inUse += taken
      onTrial += taken
      return taken
    },
    use() {
      onTrial -= 1
    },
    give: () => giveBack(1),
    giveUnused(count) {
      onTrial -= count
      giveBack(count)
    },
    get any() {
      return !closed && inUse < total
    },
    get onTrial() {
      return onTrial
    },
    get areBusy() {
      return (inUse - onTrial) * 2 >= total
    },
    close() {
      closed = true
    },
  }
}
