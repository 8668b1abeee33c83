import type { BatchCounts, BatchState, JobState } from '@buzzer/contract'

/** How the jobs of a batch stand, as far as the batch's own state depends on it. */
export interface BatchTally {
  readonly counts: BatchCounts
  /** Some job of it has begun its first attempt. */
  readonly hasStarted: boolean
}

/** Some jobs that stand alike. */
export interface BatchShare {
  readonly state: JobState
  readonly hasStarted: boolean
  readonly count: number
}

const none: BatchCounts = {
  queued: 0,
  running: 0,
  input_required: 0,
  succeeded: 0,
  failed: 0,
  cancelled: 0,
}

/** Puts the shares together; their order does not matter. */
export function tallyOf(shares: Iterable<BatchShare>): BatchTally {
  const counts = { ...none }
  let hasStarted = false
  for (const share of shares) {
    counts[share.state] += share.count
    hasStarted ||= share.hasStarted && share.count > 0
  }
  return { counts, hasStarted }
}

/** Whether every job of the batch has ended. */
export const hasEnded = ({ counts }: BatchTally): boolean =>
  counts.queued + counts.running + counts.input_required === 0

/** A batch that ended is as good as the worst of its jobs: failed before cancelled. */
export function batchState(tally: BatchTally): BatchState {
  const { counts, hasStarted } = tally
  if (!hasEnded(tally)) return hasStarted ? 'running' : 'queued'
  if (counts.failed > 0) return 'failed'
  return counts.cancelled > 0 ? 'cancelled' : 'succeeded'
}

/** The channel that carries the outcomes of a batch's jobs. */
export const batchChannel = (id: string): string => `batches/${id}`
