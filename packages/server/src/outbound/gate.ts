import type { Clock } from '../ports/clock.ts'

export type Entry = 'entered' | 'full' | 'timeout' | 'aborted'

/** Lets so many calls to one origin run at a time, and so many wait; a waiting one can leave. */
export interface Gate {
  /** Whoever entered must leave. */
  enter(origin: string, timeoutMs: number, signal: AbortSignal): Entry | Promise<Entry>
  leave(origin: string): void
}

interface Lane {
  active: number
  readonly waiting: Set<() => void>
}

export function createGate(deps: {
  readonly clock: Clock
  readonly connections: number
  readonly maxWaiting: number
}): Gate {
  const lanes = new Map<string, Lane>()

  return {
    enter(origin, timeoutMs, signal) {
      const lane = lanes.get(origin) ?? { active: 0, waiting: new Set() }
      lanes.set(origin, lane)
      if (lane.active < deps.connections) {
        lane.active += 1
        return 'entered'
      }
      if (lane.waiting.size >= deps.maxWaiting) return 'full'
      return wait(lane, deps.clock, timeoutMs, signal)
    },
    leave(origin) {
      const lane = lanes.get(origin)
      if (lane === undefined) return
      const [next] = lane.waiting
      // The place is handed on as it is, so that a newcomer cannot overtake who waits.
      if (next !== undefined) return next()
      lane.active -= 1
      if (lane.active === 0) lanes.delete(origin)
    },
  }
}

const wait = (lane: Lane, clock: Clock, timeoutMs: number, signal: AbortSignal): Promise<Entry> =>
  new Promise((resolve) => {
    const end = (entry: Entry) => {
      lane.waiting.delete(enter)
      signal.removeEventListener('abort', abort)
      cancelTimer()
      resolve(entry)
    }
    const enter = () => end('entered')
    const abort = () => end('aborted')
    const cancelTimer = clock.after(timeoutMs, () => end('timeout'))
    lane.waiting.add(enter)
    signal.addEventListener('abort', abort, { once: true })
  })
