import type { Clock } from '../../ports/clock.ts'

/** Time that stands still until a test moves it. */
export interface VirtualClock extends Clock {
  /** Calls back what is due on the way, in its order; all that follows from one goes first. */
  advance(byMs: number): Promise<void>
  /** Moves on until the promise is settled. @throws where it is not within `withinMs` */
  until<Value>(promise: Promise<Value>, withinMs?: number): Promise<Value>
  /** Timers that are set. */
  readonly pending: number
}

interface Timer {
  readonly at: number
  readonly callback: () => void
}

/** Where virtual time begins, in milliseconds since 1970. */
const startAt = 1_800_000_000_000

export function createVirtualClock(): VirtualClock {
  const timers: Timer[] = []
  let elapsedMs = 0

  /** Runs one timer after the other, while there is one due by then and nothing says enough. */
  const run = async (by: number, enough: () => boolean): Promise<void> => {
    await promisesDone()
    for (let first = timers[0]; first !== undefined && first.at <= by; first = timers[0]) {
      if (enough()) return
      timers.shift()
      elapsedMs = Math.max(elapsedMs, first.at)
      first.callback()
      await promisesDone()
    }
  }

  return {
    now: () => startAt + elapsedMs,
    monotonic: () => elapsedMs,
    after(delayMs, callback) {
      const timer = { at: elapsedMs + Math.max(0, delayMs), callback }
      // Of two with the same time the older goes first.
      const later = timers.findIndex(({ at }) => at > timer.at)
      timers.splice(later === -1 ? timers.length : later, 0, timer)
      return () => {
        const place = timers.indexOf(timer)
        if (place !== -1) timers.splice(place, 1)
      }
    },
    async advance(byMs) {
      const end = elapsedMs + byMs
      await run(end, () => false)
      elapsedMs = end
    },
    async until(promise, withinMs = 600_000) {
      const end = elapsedMs + withinMs
      let settled = false
      const done = (): void => {
        settled = true
      }
      promise.then(done, done)
      await run(end, () => settled)
      if (!settled) throw new Error(`It did not happen within ${withinMs} ms of virtual time.`)
      return promise
    },
    get pending() {
      return timers.length
    },
  }
}

/** Lets everything run that waits for no timer: the engine, its runners and its store in line. */
export const promisesDone = (): Promise<void> =>
  new Promise((resolve) => void setImmediate(resolve))
