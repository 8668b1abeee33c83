import type { Clock } from '../clock.ts'

/** A clock for tests, which never waits. */
export interface SkippingClock extends Clock {
  /** The waits that were skipped over, in milliseconds. */
  readonly slept: number[]
  /** How many timers are set. */
  readonly pending: number
  /** Runs the timers set for exactly that long, as soon as there is one. */
  expire(ms: number): Promise<void>
}

/**
 * Makes a clock on which short waits are over at once and long ones last until `expire()`.
 *
 * @param watchdogMs from here on a timer is a watchdog, which fires only where a test says so
 */
export function createSkippingClock(
  startMs = 1_700_000_000_000,
  watchdogMs = 30_000,
): SkippingClock {
  const watchdogs = new Map<() => void, number>()
  const slept: number[] = []
  let now = startMs
  let pending = 0

  const skip = (ms: number, run: () => void): (() => void) => {
    slept.push(ms)
    now += ms
    pending += 1
    const immediate = setImmediate(() => {
      pending -= 1
      run()
    })
    return () => clearImmediate(immediate)
  }
  const hold = (ms: number, run: () => void): (() => void) => {
    watchdogs.set(run, ms)
    return () => void watchdogs.delete(run)
  }

  return {
    slept,
    get pending() {
      return pending + watchdogs.size
    },
    now: () => now,
    after: (ms, run) => (ms < watchdogMs ? skip(ms, run) : hold(ms, run)),
    async expire(ms) {
      const due = (): (() => void)[] =>
        [...watchdogs.keys()].filter((run) => watchdogs.get(run) === ms)
      while (due().length === 0) await new Promise((resolve) => setImmediate(resolve))
      now += ms
      for (const run of due()) if (watchdogs.delete(run)) run()
    },
  }
}
