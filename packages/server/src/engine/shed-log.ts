import type { ShedReason } from '../core/admission.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'

/** Tells in the log when calls begin to be refused for load, and when that is over. */
export interface ShedLog {
  note(operation: string, reason: ShedReason): void
  /** @returns false while calls are refused; has to be asked again then */
  settle(): boolean
}

/** It is over when none was refused for so long, in milliseconds: the least between two lines. */
const quietMs = 1_000

export function createShedLog({
  clock,
  log,
}: {
  readonly clock: Clock
  readonly log: Log
}): ShedLog {
  let began: number | null = null
  let lastAt = 0
  const counts = new Map<string, number>()

  return {
    note(operation, reason) {
      lastAt = clock.monotonic()
      const what = `${operation}: ${reason}`
      counts.set(what, (counts.get(what) ?? 0) + 1)
      if (began !== null) return
      began = lastAt
      log.warn({ operation, reason }, 'calls are refused: more comes than can be done')
    },
    settle() {
      if (began === null) return true
      if (clock.monotonic() - lastAt < quietMs) return false
      const forMs = Math.round(lastAt - began)
      log.info({ forMs, refused: Object.fromEntries(counts) }, 'calls are no longer refused')
      began = null
      counts.clear()
      return true
    },
  }
}
