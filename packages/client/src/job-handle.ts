import type { JobDocument } from '@buzzer/contract'
import type { Download } from './download.ts'
import type { JobEvent } from './job-event.ts'
import type { StreamStatus } from './follow.ts'
import type { EventStream, LiveStream } from './live-stream.ts'
import type { Protocol } from './protocols.ts'
import type { OutputUpdate } from './read-output.ts'
import type { Span } from './time.ts'

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
}

export interface ResultOptions extends CallOptions {
  /** How long to wait for the end of the job; without it, for ever. The job goes on regardless. */
  readonly timeout?: Span | undefined
}

export interface EventsOptions extends CallOptions {
  /** Begin after this offset (`event.sequence`). Default 0: the pieces of output from the first. */
  readonly since?: number | undefined
  /**
   * What may be used, the best first. Default: the client's `protocols`, or else `['sse', 'poll']`, in
   * a page `['ws', 'sse', 'poll']`.
   * Another stream with `since` goes on over another protocol where this one stopped.
   */
  readonly protocols?: readonly Protocol[] | undefined
  /** Told whenever the stream connects, is connected, or waits for the next try. */
  readonly onStatus?: ((status: StreamStatus) => void) | undefined
}

/** A job, and what can be done with it. Iterating over it gives its events, as `events()` does. */
export interface JobHandle<Output = unknown> extends AsyncIterable<JobEvent> {
  readonly id: string
  /** The job's own token: with the id, enough to re-attach elsewhere. Null where none was given. */
  readonly token: string | null
  /** The job as it was last seen; null before the first look. */
  readonly job: JobDocument | null
  /** Whether the server knew the idempotency key: the job was there already. */
  readonly replayed: boolean

  /**
   * Waits for the job to end and gives what it made.
   *
   * @throws JobFailedError, JobCancelledError: how it ended; BuzzerError: the server refused, or the
   *   wrapped API answered with an error; WaitTimeoutError: the time was over; ConnectionError
   */
  result(options?: ResultOptions): Promise<Output>
  /** Like `result()`, but gives the whole HTTP answer, whatever status a wrapped API chose. */
  response(options?: ResultOptions): Promise<Response>
  /**
   * Waits for the job to end and gives its result as a stream, for what is too large to be held.
   * A connection that breaks is taken up where it broke. Rejects like `result()`.
   */
  download(options?: ResultOptions): Promise<Download>
  /**
   * The job's events until the final one. Breaks in the connection are resumed. Where no event
   * stream can be had, polling takes its place; pieces of output are then missing.
   */
  events(options?: EventsOptions): EventStream<JobEvent>
  /** The pieces of the result as they are made. A `void` update takes back all pieces before it. */
  output(options?: CallOptions): LiveStream<OutputUpdate>
  /** Asks for the job as it is now. */
  status(options?: CallOptions): Promise<JobDocument>
  /**
   * Cancels the job: one that runs is told to stop, and ends as `cancelled` a little later.
   *
   * @throws BuzzerError `job-finished` where it has ended already
   */
  cancel(options?: CallOptions): Promise<JobDocument>
}
