import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'

export interface LoopWatchOptions {
  readonly clock: Clock
  readonly log: Log
  /** The operations that this process runs now. */
  running(): readonly string[]
  /** Blocked for longer than this is told, in milliseconds. Default: 1 s. */
  readonly thresholdMs?: number
}

/** How often it looks, in milliseconds: the most by which a block is reckoned too short. */
const lookMs = 100

/**
 * Notices when something held up the event loop, which holds up every request and every job of
 * this process, and names in the log what ran meanwhile and what helps.
 */
export function createLoopWatch(options: LoopWatchOptions): Disposable {
  const { clock, log, running, thresholdMs = 1_000 } = options
  let expectedAt = 0
  let callOff = (): void => {}

  const look = (): void => {
    const blockedMs = Math.round(clock.monotonic() - expectedAt)
    if (blockedMs > thresholdMs) warn(log, blockedMs, running())
    lookLater()
  }
  const lookLater = (): void => {
    expectedAt = clock.monotonic() + lookMs
    callOff = clock.after(lookMs, look)
  }

  lookLater()
  return { [Symbol.dispose]: () => callOff() }
}

function warn(log: Log, blockedMs: number, operations: readonly string[]): void {
  const who =
    operations.length === 0
      ? 'no operation ran, so it was something else in this process'
      : `while these operations ran: ${operations.join(', ')}`
  const fix =
    operations.length === 0
      ? 'look for long computations in code that the configuration loads'
      : 'set `thread: true` on the one that computes for long'
  log.warn(
    { blockedMs, operations },
    `the event loop was blocked for ${blockedMs} ms, ${who}; ${fix}`,
  )
}
