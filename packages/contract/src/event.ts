import type { JobId } from './id.ts'
import type { FinalState, JobDocument } from './job.ts'
import type { ProblemDocument } from './problem.ts'

/** What can happen to a job, as the part of the CloudEvents `type` after `dev.buzzer.`. */
export const jobEventTypes = [
  'job.snapshot',
  'job.queued',
  'job.running',
  'job.progress',
  'job.output',
  'job.retrying',
  'job.input_required',
  'job.succeeded',
  'job.failed',
  'job.cancelled',
] as const
export type JobEventType = (typeof jobEventTypes)[number]

export const eventTypePrefix = 'dev.buzzer.'

/** A CloudEvents 1.0 event in its JSON form, with Buzzer's extensions. */
export interface CloudEvent<Data = unknown> {
  readonly specversion: '1.0'
  readonly id: string
  readonly source: string
  readonly type: string
  readonly subject?: string
  readonly time: string
  readonly datacontenttype?: string
  readonly dataschema?: string
  readonly data?: Data
  readonly data_base64?: string
  /** The offset on its channel, zero-padded to 16 digits so that it sorts as text. */
  readonly sequence: string
  /** W3C Trace Context, as are the vendors' own parts of it in `tracestate`. */
  readonly traceparent?: string
  readonly tracestate?: string
}

/** A piece of the result, as it is made. Pieces of an earlier attempt are void. */
export interface OutputPiece {
  readonly attempt: number
  readonly index: number
  readonly piece: unknown
}

/** A job as the `data` of its events; results up to 64 KiB stand in line in `succeeded`. */
export type JobEventData = JobDocument & { readonly result?: unknown; readonly deadLetter?: true }

/** An outcome whose job is gone, or was run again since; as `data` of an operation's events. */
export interface OutcomeData {
  readonly id: JobId
  readonly operation: string
  readonly state: FinalState
  readonly version: number
  readonly run: number
  readonly attempt: number
  readonly error: ProblemDocument | null
  readonly deadLetter?: true
}

/** A page of a channel, as long polling gives it. */
export interface ChannelPageDocument {
  readonly events: readonly CloudEvent[]
  /** The cursor with which the next request goes on. */
  readonly next: string
  /** What was asked for is gone; the events begin at the oldest that is left. */
  readonly reset?: ResetData
}

export interface ResetData {
  /** A sequence. */
  readonly oldest: string
}

/** Who reads a channel, among those who gave themselves a name. */
export interface PresenceDocument {
  /** By name, at most 1,000 of them. */
  readonly members: readonly { readonly name: string; readonly since: string }[]
  /** All of them. */
  readonly count: number
  /** The cursor of the presence channel from which on a reader misses nothing. */
  readonly sequence: string
}

/** What a publication is answered with, in the order of its events. */
export interface PublishedDocument {
  readonly events: readonly { readonly id: string; readonly sequence: string }[]
}

export const formatSequence = (offset: number): string => String(offset).padStart(16, '0')

/**
 * Reads a cursor, with or without leading zeros.
 *
 * @returns the offset, or null where the text is not a cursor
 */
export function parseSequence(text: string): number | null {
  if (!/^\d{1,16}$/.test(text)) return null
  const offset = Number(text)
  return Number.isSafeInteger(offset) ? offset : null
}
