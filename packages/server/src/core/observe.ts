import type { JobEventType } from '@buzzer/contract'
import type { Job, Progress } from './job.ts'

/**
 * What a reader of a job is told when it looks again. A job's own channel is its row, not a list
 * of events: between two looks several changes may have become one, and offsets may skip.
 *
 * @param before the job at the last look
 * @returns the event types in order; the last one carries the job's present version
 */
export function observe(before: Job, after: Job): readonly JobEventType[] {
  if (after.version <= before.version) return []
  const moved = before.state !== after.state || before.attempt !== after.attempt
  const changed = moved || before.run !== after.run ? stateEvents(before, after) : []
  const progressed = after.progress !== null && !sameProgress(before.progress, after.progress)
  return progressed && !isEnd(after) ? [...changed, 'job.progress'] : changed
}

const isEnd = (job: Job): boolean =>
  job.state === 'succeeded' || job.state === 'failed' || job.state === 'cancelled'

function stateEvents(before: Job, after: Job): readonly JobEventType[] {
  // A later attempt voids the output of the one before, which a reader must hear of even where
  // the wait between the two was missed.
  const voided = after.run === before.run && after.attempt > before.attempt && before.attempt > 0
  const missed: readonly JobEventType[] =
    voided && before.state !== 'queued' ? ['job.retrying'] : []
  switch (after.state) {
    case 'queued':
      return after.run === before.run && after.attempt > 0 ? ['job.retrying'] : ['job.queued']
    case 'running':
      return [...missed, 'job.running']
    case 'parked':
      return before.state === 'running' && missed.length === 0 ? [] : [...missed, 'job.running']
    case 'input_required':
      return [...missed, 'job.input_required']
    case 'succeeded':
      return [...missed, 'job.succeeded']
    case 'failed':
      return [...missed, 'job.failed']
    case 'cancelled':
      return ['job.cancelled']
  }
}

const sameProgress = (a: Progress | null, b: Progress): boolean =>
  a !== null && a.percent === b.percent && a.message === b.message
