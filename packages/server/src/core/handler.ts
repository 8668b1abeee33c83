import type { JobId } from '@buzzer/contract'
import type { Running, Trace } from './job.ts'

/** The job as its handler sees it. */
export interface HandlerJob {
  readonly id: JobId
  readonly operation: string
  readonly run: number
  /** Counted from 1. */
  readonly attempt: number
  readonly maxAttempts: number
  readonly priority: number
  readonly key: string | null
  readonly tags: readonly string[]
  readonly createdAt: Date
  readonly deadline: Date | null
  /** The time of the schedule that it runs for; null for what somebody called. */
  readonly scheduledFor: Date | null
  /** W3C Trace Context of this attempt, to be passed on. */
  readonly traceparent: string | null
}

/** Lines in the server's log that name the job by themselves. */
export interface HandlerLog {
  debug(message: string, fields?: object): void
  info(message: string, fields?: object): void
  warn(message: string, fields?: object): void
  error(message: string, fields?: object): void
}

/** An event as a handler publishes it: the attributes of a CloudEvent 1.0, of which one is needed. */
export interface HandlerEvent {
  readonly type: string
  /** Anything that JSON can hold, or bytes. */
  readonly data?: unknown
  /** Default: a new one. */
  readonly id?: string
  /** Default: the channel. */
  readonly source?: string
  /** Default: the id of the job. */
  readonly subject?: string
  /** RFC 3339. Default: now. */
  readonly time?: string
  readonly datacontenttype?: string
  readonly dataschema?: string
  /** Extensions: text, whole numbers of 32 bits, true and false. */
  readonly [extension: string]: unknown
}

export interface PublishedEvent {
  readonly id: string
  /** The offset on the channel, zero-padded to 16 digits. */
  readonly sequence: string
}

/** What a handler gets besides its input. */
export interface HandlerContext {
  readonly job: HandlerJob
  /** The number of this try, counted from 1. */
  readonly attempt: number
  /**
   * Aborted at the timeout, the deadline, a cancel, a lost lease or a shutdown. It should end soon
   * then: what it gives within a moment still counts (after a cancel 5 s, a shutdown 1 s, a timeout
   * 250 ms, a lost lease none), and what it gives later is ignored.
   */
  readonly signal: AbortSignal
  readonly log: HandlerLog
  /**
   * Tells the callers how far it is. Only the latest is kept; never fails.
   *
   * @param percent from 0 to 100, or null where only the message says something
   */
  progress(percent: number | null, message?: string | null): Promise<void>
  /**
   * Gives a piece of the result as it is made. Await it, so that no more is made than is read.
   *
   * @param piece anything that can be written as JSON
   */
  output(piece: unknown): Promise<void>
  /**
   * Publishes an event to a declared channel; when it resolves, it is on disk. An attempt that is
   * made again publishes again: give `id` and `source` to what is to be there once.
   *
   * @returns its id and its place on the channel
   * @throws TerminalError where the channel is not there or does not take it
   */
  publish(channel: string, event: HandlerEvent): Promise<PublishedEvent>
}

/**
 * A function that runs an operation.
 *
 * @param input the JSON that the caller sent, checked; undefined where there was none
 * @returns what becomes the result: JSON (nothing becomes `null`), bytes (a `Uint8Array`, an
 * `ArrayBuffer` or a `Blob`), or `raw(bytes, mediaType)`
 */
export type Handler = (input: unknown, context: HandlerContext) => unknown

/** @param trace of the attempt */
export const handlerJob = (job: Running, trace: Trace | null): HandlerJob => ({
  id: job.id,
  operation: job.operation,
  run: job.run,
  attempt: job.attempt,
  maxAttempts: job.maxAttempts,
  priority: job.priority,
  key: job.key,
  tags: job.tags,
  createdAt: new Date(job.createdAt),
  deadline: job.deadlineAt === null ? null : new Date(job.deadlineAt),
  scheduledFor: job.scheduledFor === null ? null : new Date(job.scheduledFor),
  traceparent: trace?.traceparent ?? null,
})
