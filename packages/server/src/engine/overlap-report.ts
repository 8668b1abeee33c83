import { formatTime, type Millis } from '../core/time.ts'
import type { EngineParts } from './context.ts'

/** Tells of times that schedules leave out, as their users asked with `overlap: 'skip'`. */
export interface OverlapReport {
  /** @param at the time that was left out */
  leftOut(operation: string, at: Millis): void
  /** Tells what is not told yet. */
  stop(): void
}

/** A schedule of seconds would fill the log with what was asked for, in milliseconds. */
const everyMs = 60_000

/** What came since the last line of an operation. */
interface Untold {
  count: number
  at: Millis
  callOff: () => void
}

/** One line a minute for each operation at the most, the first at once. */
export function createOverlapReport({
  clock,
  log,
}: Pick<EngineParts, 'clock' | 'log'>): OverlapReport {
  const untold = new Map<string, Untold>()
  const tell = (operation: string, count: number, at: Millis): void =>
    log.info({ operation, count, at: formatTime(at) }, message)
  const wait = (operation: string, at: Millis): void => {
    const callOff = clock.after(everyMs, () => next(operation))
    untold.set(operation, { count: 0, at, callOff })
  }
  const next = (operation: string): void => {
    const rest = untold.get(operation)
    untold.delete(operation)
    if (rest === undefined || rest.count === 0) return
    tell(operation, rest.count, rest.at)
    wait(operation, rest.at)
  }
  return {
    leftOut(operation, at) {
      const rest = untold.get(operation)
      if (rest !== undefined) {
        rest.count += 1
        rest.at = at
        return
      }
      tell(operation, 1, at)
      wait(operation, at)
    },
    stop() {
      for (const [operation, { count, at, callOff }] of untold) {
        callOff()
        if (count > 0) tell(operation, count, at)
      }
      untold.clear()
    },
  }
}

const message = 'a schedule leaves times out, because its last job has not ended'
