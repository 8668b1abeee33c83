import type { Random } from '../../ports/random.ts'

/** Chance that a seed repeats. */
export interface SeededRandom extends Random {
  chance(probability: number): boolean
  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number
}

/** The generator mulberry32: one word of state, good enough to mix things up. */
export function createSeededRandom(seed: number): SeededRandom {
  let state = seed | 0
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    fraction,
    bytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(fraction() * 256)),
    chance: (probability) => fraction() < probability,
    between: (min, max) => min + Math.floor(fraction() * (max - min + 1)),
  }
}
