import type { FinalState, JobState } from '@buzzer/contract'

/**
 * Where a row stands for the indexes. It is not the job's state: a parked job that is due stands
 * among the ready ones. Everything from `succeeded` up has ended, which the partial indexes use.
 */
export const stage = {
  ready: 1,
  delayed: 2,
  blocked: 3,
  leased: 4,
  parked: 5,
  input: 6,
  succeeded: 7,
  failed: 8,
  cancelled: 9,
} as const

export type Stage = (typeof stage)[keyof typeof stage]

/** Those that wait for a time: the predicate of `jobs_due`, as all that reads along it says it. */
export const dueStages = `(stage = ${stage.delayed} OR stage = ${stage.parked} OR stage = ${stage.input})`

export const isEnded = (at: number): boolean => at >= stage.succeeded

/** How a job ended that stands there. */
export function finalOfStage(at: number): FinalState {
  if (at === stage.succeeded) return 'succeeded'
  return at === stage.cancelled ? 'cancelled' : 'failed'
}

/** The stages in which a job of this public state can stand; more than that state, for `ready`. */
export const stagesOf: Readonly<Record<JobState, readonly Stage[]>> = {
  queued: [stage.ready, stage.delayed, stage.blocked],
  running: [stage.leased, stage.parked, stage.ready],
  input_required: [stage.input],
  succeeded: [stage.succeeded],
  failed: [stage.failed],
  cancelled: [stage.cancelled],
}
