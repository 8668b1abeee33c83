import type { JobId } from '@buzzer/contract'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'
import type { Timetables } from '../ports/timetable.ts'
import type { Tracing } from '../ports/tracing.ts'

/** What definitions are made with. */
export interface DefinitionDeps {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly tracing: Tracing | null
  readonly timetables: Timetables
  /** Where an upstream calls back for a run of a job. */
  readonly callbackUrl: (hook: string, job: JobId, run: number) => string
}
