import type { Running, Trace } from '../core/job.ts'
import type { RunOutcome } from '../ports/runner.ts'
import type { AttemptOutcome } from '../ports/telemetry.ts'
import type { StopReason } from './held.ts'

/** What is known when an attempt is over, or is given up. */
export interface Ending {
  readonly job: Running
  /** By which the log names the attempt. */
  readonly trace: Trace | null
  /** Null where the runner did not end within its grace after it was told to stop. */
  readonly outcome: RunOutcome | null
  readonly stopped: StopReason | null
}

/** The code of what it failed with, if it failed. */
export function attemptError({ outcome, stopped }: Ending): string | null {
  if (outcome?.kind === 'failed') return outcome.error.code
  return stopped === 'timeout' && outcome?.kind !== 'done' ? 'upstream-timeout' : null
}

/** The same in one word, for counting. A result counts also when it came after a stop. */
export function attemptOutcome({ outcome, stopped }: Ending): AttemptOutcome {
  if (stopped === 'lost') return 'lost'
  if (outcome?.kind === 'done') return 'succeeded'
  if (stopped !== null || outcome === null) return 'stopped'
  return outcome.kind
}
