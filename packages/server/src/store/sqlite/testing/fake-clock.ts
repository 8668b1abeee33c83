import type { Clock } from '../../../ports/clock.ts'

/** A clock that stands still until it is moved, and then calls what has become due, in order. */
export interface FakeClock extends Pick<Clock, 'now' | 'after'> {
  pass(ms: number): void
}

export function createFakeClock(start = 1_800_000_000_000): FakeClock {
  let now = start
  let timers: { readonly at: number; readonly callback: () => void }[] = []

  return {
    now: () => now,
    after(delayMs, callback) {
      const timer = { at: now + delayMs, callback }
      timers.push(timer)
      return () => {
        timers = timers.filter((each) => each !== timer)
      }
    },
    pass(ms) {
      const until = now + ms
      for (;;) {
        const [next] = timers.toSorted((a, b) => a.at - b.at)
        if (next === undefined || next.at > until) break
        timers = timers.filter((each) => each !== next)
        now = next.at
        next.callback()
      }
      now = until
    },
  }
}
