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
  const isMoved = before.state !== after.state || isVoided(before, after)
  const changed = isMoved || before.run !== after.run ? stateEvents(before, after) : []
  const progressed = after.progress !== null && !sameProgress(before.progress, after.progress)
  return progressed && !isEnd(after) ? [...changed, 'job.progress'] : changed
}

const isEnd = (job: Job): boolean =>
  job.state === 'succeeded' || job.state === 'failed' || job.state === 'cancelled'

/**
 * Whether the output began anew. A reader must hear of it even where it missed the wait between two
 * attempts, and where the first one cost nothing, as one whose server was stopped.
 */
const isVoided = (before: Job, after: Job): boolean =>
  after.run === before.run && after.voidedAt > before.version

function stateEvents(before: Job, after: Job): readonly JobEventType[] {
  const missed: readonly JobEventType[] = isVoided(before, after) ? ['job.retrying'] : []
  switch (after.state) {
    case 'queued':
      return missed.length > 0 ? missed : ['job.queued']
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
