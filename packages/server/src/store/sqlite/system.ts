import { getRandomValues } from 'node:crypto'
import type { Clock } from '../../ports/clock.ts'
import type { Random } from '../../ports/random.ts'

/** The machine's own clock, for the thread, to which no function can be handed. */
export const systemClock: Pick<Clock, 'now' | 'after'> = {
  now: () => Date.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

export const systemRandom: Pick<Random, 'bytes'> = {
  bytes: (count) => getRandomValues(new Uint8Array(count)),
}
