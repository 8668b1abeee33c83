import { randomFillSync } from 'node:crypto'
import { createPagedBytes } from '../../core/paged-bytes.ts'
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
  bytes: createPagedBytes((page) => randomFillSync(page)),
}
