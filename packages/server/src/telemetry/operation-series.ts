import type { Registry } from '@prometheus-io/client'
import type { FinalState } from '@buzzer/contract'
import type { ShedReason } from '../core/admission.ts'
import type { AttemptOutcome } from '../ports/telemetry.ts'
import { createCounter, createHistogram, type Count, type Measure } from './cells.ts'

/** All that is counted of one operation, resolved once, so that counting looks nothing up. */
export interface OperationSeries {
  readonly accepted: Count
  readonly replayed: Count
  readonly shed: Readonly<Record<ShedReason, Count>>
  readonly retried: Count
  readonly leasesLost: Count
  readonly lateOutcomes: Count
  readonly deadLettered: Count
  readonly attempts: Readonly<Record<AttemptOutcome, Count>>
  readonly outcomes: Readonly<Record<FinalState, Count>>
  readonly accept: Measure
  readonly wait: Measure
  readonly run: Measure
  readonly life: Measure
}

const shortSeconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]
const longSeconds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800]
/** Waits and whole lives may last for days, by delays and retries. */
const lifeSeconds = [...longSeconds, 7_200, 86_400]

/** @returns the series of an operation; they appear in the output with their first count */
export function createOperationSeries(registry: Registry): (operation: string) => OperationSeries {
  const families = createFamilies(registry)
  const known = new Map<string, OperationSeries>()
  return (operation) => {
    const found = known.get(operation)
    if (found !== undefined) return found
    const series = resolve(families, operation)
    known.set(operation, series)
    return series
  }
}

type Families = ReturnType<typeof createFamilies>

function createFamilies(registry: Registry) {
  const counter = (name: string, help: string, ...more: readonly string[]) =>
    createCounter(registry, `buzzer_${name}_total`, help, ['operation', ...more])
  const histogram = (name: string, help: string, bounds: readonly number[]) =>
    createHistogram(registry, `buzzer_${name}_seconds`, help, bounds)
  return {
    accepted: counter('accepted', 'Jobs that were accepted.'),
    replayed: counter('replayed', 'Calls answered with the job of their idempotency key.'),
    shed: counter('shed', 'Calls that were refused because too much waits.', 'reason'),
    attempts: counter('attempts', 'Attempts that are over, by what they came to.', 'outcome'),
    outcomes: counter('outcomes', 'Outcomes that were recorded, by state.', 'state'),
    retried: counter('retries', 'Failed attempts whose job was queued again.'),
    leasesLost: counter('leases_lost', 'Leases that ended without a word from their worker.'),
    lateOutcomes: counter('late_outcomes', 'Outcomes that came after their lease was lost.'),
    deadLettered: counter('dead_lettered', 'Jobs that failed with their attempts used up.'),
    accept: histogram('accept', 'From a call to the commit of its job.', shortSeconds),
    wait: histogram('wait', 'From the acceptance of a job to its first attempt.', lifeSeconds),
    run: histogram('run', 'How long attempts took.', longSeconds),
    life: histogram('life', 'From the acceptance of a job to its outcome.', lifeSeconds),
  }
}

function resolve(families: Families, operation: string): OperationSeries {
  const attempts = (outcome: AttemptOutcome) => families.attempts({ operation, outcome })
  const shed = (reason: ShedReason) => families.shed({ operation, reason })
  const outcomes = (state: FinalState) => families.outcomes({ operation, state })
  return {
    accepted: families.accepted({ operation }),
    replayed: families.replayed({ operation }),
    shed: { backlog: shed('backlog'), age: shed('age'), node: shed('node') },
    retried: families.retried({ operation }),
    leasesLost: families.leasesLost({ operation }),
    lateOutcomes: families.lateOutcomes({ operation }),
    deadLettered: families.deadLettered({ operation }),
    attempts: {
      succeeded: attempts('succeeded'),
      failed: attempts('failed'),
      parked: attempts('parked'),
      stopped: attempts('stopped'),
      lost: attempts('lost'),
    },
    outcomes: {
      succeeded: outcomes('succeeded'),
      failed: outcomes('failed'),
      cancelled: outcomes('cancelled'),
    },
    accept: families.accept({ operation }),
    wait: families.wait({ operation }),
    run: families.run({ operation }),
    life: families.life({ operation }),
  }
}
