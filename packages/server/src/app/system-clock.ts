import type { Clock } from '../ports/clock.ts'

/** The longest delay that a timer of Node can hold, in milliseconds. */
const maxTimerMs = 2 ** 31 - 1

/** The machine's own clock and timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, callback) {
    if (delayMs > maxTimerMs) return afterSteps(delayMs, callback)
    const timer = setTimeout(callback, delayMs)
    return () => clearTimeout(timer)
  },
}

/** Longer than a timer can hold: in steps, or it would go off at once. */
function afterSteps(delayMs: number, callback: () => void): () => void {
  let callOff = systemClock.after(maxTimerMs, () => {
    callOff = systemClock.after(delayMs - maxTimerMs, callback)
  })
  return () => callOff()
}
