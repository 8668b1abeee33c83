import { showCount } from '../show-count.ts'
import { wasTaken, type Forwarded } from './forward.ts'

/** What was seen so far. */
export interface Tally {
  /** Counts an event, unless there were enough already. */
  take(): boolean
  count(forwarded: Forwarded): void
  /** One that was taken is through with. */
  end(): void
  /** Whether there were enough, and all of them are through. */
  readonly isDone: boolean
  readonly summary: { readonly events: number; readonly taken: number; readonly failed: number }
}

/** @param limit how many events are enough */
export function createTally(limit: number): Tally {
  let [events, ended, taken, failed] = [0, 0, 0, 0]
  return {
    take() {
      if (events >= limit) return false
      events += 1
      return true
    },
    count(forwarded) {
      if (wasTaken(forwarded)) taken += 1
      else failed += 1
    },
    end() {
      ended += 1
    },
    get isDone() {
      return ended >= limit
    },
    get summary() {
      return { events, taken, failed }
    },
  }
}

export function showSummary(
  { events, taken, failed }: Tally['summary'],
  isForwarded: boolean,
): string {
  const seen = showCount(events, 'event')
  if (!isForwarded) return seen
  const waiting = events - taken - failed
  const parts = [
    `${taken} taken by the receiver`,
    ...(failed === 0 ? [] : [`${failed} not`]),
    ...(waiting === 0 ? [] : [`${waiting} still waiting`]),
  ]
  return `${seen}: ${parts.join(', ')}`
}
