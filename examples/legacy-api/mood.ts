import { randomInt } from 'node:crypto'

/** How an API behaves that was not made for the load that it gets. */
export interface Mood {
  readonly minMs: number
  readonly maxMs: number
  /** The share of calls that fail, from 0 to 1. They come in bursts, as outages do. */
  readonly failRate: number
  /** With the same seed the same waits and failures come in the same order; null for chance. */
  readonly seed: number | null
}

export interface Swings {
  /** How long the next answer takes, in milliseconds. */
  nextWaitMs(): number
  /** Whether the next call fails. */
  nextFails(): boolean
}

/** As many calls fail in a row as this, once one does. */
const burst = 5

export function createSwings(mood: Mood): Swings {
  const random = createRandom(mood.seed ?? randomInt(2 ** 32))
  let failing = 0
  // A burst starts so rarely that the share of all failing calls is the one asked for.
  const startRate = mood.failRate / (burst - mood.failRate * (burst - 1))
  return {
    nextWaitMs: () => mood.minMs + Math.floor(random() * (mood.maxMs - mood.minMs + 1)),
    nextFails() {
      if (failing === 0 && random() < startRate) failing = burst
      if (failing === 0) return false
      failing -= 1
      return true
    },
  }
}

/** Mulberry32: small, and the same on every machine; from 0 up to, not including, 1. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
