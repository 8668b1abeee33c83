import type { CloudEvent, JobDocument, JobEventData, OutputPiece } from '@buzzer/contract'
import { isJob } from './answer.ts'
import { isFinalState, type JobEvent } from './job-event.ts'
import { shortType, type FeedMessage } from './feed.ts'

/** What a reader has seen of a job, across all its connections. */
export interface Seen {
  /** Where to go on after a break: the offset of the last event, or what the reader asked for. */
  cursor: number | null
  job: JobDocument | null
  piece: { readonly sequence: number; readonly attempt: number; readonly index: number } | null
  change: { readonly sequence: number; readonly types: readonly string[] } | null
}

export const seenFrom = (since: number | null): Seen => ({
  cursor: since,
  job: null,
  piece: null,
  change: null,
})

interface Common {
  readonly id: string
  readonly sequence: number
  readonly time: string
}

/**
 * Reads one message of a job's stream and moves `seen` on.
 *
 * A snapshot's offset is the job's version, but the pieces of output that follow it lie below: the
 * cursor stays where it is then, so that a connection cut among the pieces loses none of them.
 *
 * @returns the event, or null where it was seen before or is of a kind that this version ignores
 * @throws SyntaxError where the message is not a CloudEvent
 */
export function readEvent(seen: Seen, message: FeedMessage): JobEvent | null {
  const type = shortType(message.event)
  if (type !== 'reset' && !type.startsWith('job.')) return null
  const event = message.data as CloudEvent
  const sequence = Number(event.sequence ?? message.id)
  if (!Number.isSafeInteger(sequence)) throw new SyntaxError('An event without an offset')
  const common = { id: event.id ?? message.id, sequence, time: event.time ?? '' }
  if (type === 'job.snapshot') return readSnapshot(seen, common, event.data)
  if (type === 'job.output') return readPiece(seen, common, event.data)
  if (type === 'reset') return readReset(seen, common)
  return readChange(seen, common, type, event.data)
}

function readSnapshot(seen: Seen, common: Common, data: unknown): JobEvent | null {
  if (!isJob(data)) throw new SyntaxError('A snapshot without a job')
  if (seen.cursor !== null && data.version < seen.cursor) return startAnew(seen, data)
  const isNews = seen.job === null || data.version > seen.job.version
  if (isNews) seen.job = data
  return isNews ? { ...common, type: 'job.snapshot', job: data } : null
}

/** As after a restored backup: the server knows less than it has told, and counts on from there. */
export function startAnew(seen: Seen, job: JobDocument): JobEvent {
  Object.assign(seen, { ...seenFrom(job.version), job })
  return { ...commonOf(job), type: 'reset', job }
}

function readPiece(seen: Seen, common: Common, data: unknown): JobEvent | null {
  const { attempt, index, piece } = data as OutputPiece
  const job = isJob(data) ? data : seen.job
  if (job === null || wasSeen(seen, common.sequence, attempt, index)) return null
  seen.piece = { sequence: common.sequence, attempt, index }
  seen.cursor = common.sequence
  return { ...common, type: 'job.output', job, attempt, index, piece }
}

/** Pieces made together may share one offset, so the offset alone does not tell them apart. */
function wasSeen(
  { cursor, piece }: Seen,
  sequence: number,
  attempt: number,
  index: number,
): boolean {
  if (cursor === null || sequence > cursor) return false
  const isNext = piece?.sequence === sequence && (attempt !== piece.attempt || index > piece.index)
  return !isNext
}

/** The stream goes on with the oldest event left, whose offset the reset names. */
function readReset(seen: Seen, common: Common): JobEvent | null {
  seen.cursor = Math.max(seen.cursor ?? 0, common.sequence - 1)
  return seen.job === null ? null : { ...common, type: 'reset', job: seen.job }
}

function readChange(seen: Seen, common: Common, type: string, data: unknown): JobEvent | null {
  if (!isJob(data)) throw new SyntaxError('An event without a job')
  const { sequence } = common
  const told = seen.change?.sequence === sequence ? seen.change.types : null
  if (seen.cursor !== null && sequence <= seen.cursor && !follows(told, type)) return null
  seen.change = { sequence, types: [...(told ?? []), type] }
  seen.cursor = sequence
  seen.job = data
  return changeEvent(common, type, data)
}

/** What changed between two looks of the server may share one offset, as pieces may. */
const follows = (told: readonly string[] | null, type: string): boolean =>
  told !== null && !told.includes(type)

/** Names what happened; null for a type that a newer server sends. */
function changeEvent(common: Common, type: string, job: JobEventData): JobEvent | null {
  switch (type) {
    case 'job.queued':
    case 'job.running':
    case 'job.input_required':
    case 'job.cancelled':
      return { ...common, type, job }
    case 'job.retrying':
      return { ...common, type, job, voidsOutput: true }
    case 'job.progress':
      return job.progress === null ? null : { ...common, type, job, progress: job.progress }
    case 'job.succeeded':
      return { ...common, type, job, ...('result' in job ? { result: job.result } : {}) }
    case 'job.failed':
      return { ...common, type, job, problem: job.error, deadLetter: job.deadLetter === true }
    default:
      return null
  }
}

/**
 * Names what happened between two looks at a job, as polling sees it.
 *
 * @param before null at the first look
 */
export function readDifference(before: JobDocument | null, job: JobDocument): JobEvent | null {
  const common = commonOf(job)
  const type = differenceType(before, job)
  return type === 'job.snapshot' ? { ...common, type, job } : changeEvent(common, type, job)
}

function differenceType(before: JobDocument | null, job: JobDocument): string {
  if (isFinalState(job.state)) return `job.${job.state}`
  if (before === null) return 'job.snapshot'
  if (job.state === 'queued' && job.attempt > 0 && before.state === 'running') return 'job.retrying'
  const moved = before.state !== job.state || before.attempt !== job.attempt
  return moved ? `job.${job.state}` : 'job.progress'
}

const commonOf = (job: JobDocument): Common => ({
  id: `${job.id}/${job.version}`,
  sequence: job.version,
  time: changedAt(job),
})

const changedAt = (job: JobDocument): string => job.finishedAt ?? job.startedAt ?? job.createdAt
