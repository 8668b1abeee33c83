import type { BatchDocument, ProblemDocument } from '@buzzer/contract'
import type { BatchEvent } from './batch-event.ts'
import type { CallOptions, EventsOptions, JobHandle, ResultOptions } from './job-handle.ts'
import type { EventStream } from './live-stream.ts'
import type { InputOf, OperationName, OutputOf } from './operation-types.ts'
import type { Callback } from './submit-options.ts'
import type { Span } from './time.ts'

/** How one job of a batch is to be run; as with `submit()`, everything is optional. */
export interface BatchJobOptions {
  readonly priority?: number | undefined
  readonly delay?: Span | undefined
  readonly runAt?: Date | undefined
  readonly deadline?: Span | Date | undefined
  readonly key?: string | undefined
  readonly tags?: readonly string[] | undefined
  /** Stands for this one job: where it is known, the earlier job takes this place. */
  readonly idempotencyKey?: string | undefined
}

type InputMember<Input> = undefined extends Input
  ? { readonly input?: Input }
  : { readonly input: Input }

/** One call of a batch. */
export type BatchEntry<Ops> = {
  readonly [Name in OperationName<Ops>]: { readonly operation: Name } & InputMember<
    InputOf<Ops, Name>
  > &
    BatchJobOptions
}[OperationName<Ops>]

/** What the entries give, in their order. */
export type OutputsOf<Ops, Entries extends readonly unknown[]> = {
  -readonly [At in keyof Entries]: Entries[At] extends { readonly operation: infer Name }
    ? Name extends keyof Ops
      ? OutputOf<Ops, Name>
      : unknown
    : unknown
}

/** How the batch as a whole is sent. */
export interface BatchOptions extends CallOptions {
  /** The same key and the same batch give the same batch; without one it has a random one. */
  readonly idempotencyKey?: string | undefined
  /** Where to POST what happens to the batch as a whole. */
  readonly callback?: Callback | undefined
  /** W3C Trace Context, for all of its jobs. */
  readonly traceparent?: string | undefined
  readonly tracestate?: string | undefined
}

/** What became of one job, told apart by its state. */
export type BatchResult<Output = unknown> =
  | { readonly job: string; readonly state: 'succeeded'; readonly result: Output }
  | { readonly job: string; readonly state: 'failed'; readonly error: ProblemDocument }
  | { readonly job: string; readonly state: 'cancelled' }
  /** It succeeded, and its result is not kept any more. */
  | { readonly job: string; readonly state: 'gone'; readonly error: ProblemDocument }

/** Jobs that were accepted together. Iterating over it gives its events, as `events()` does. */
export interface BatchHandle<
  Outputs extends readonly unknown[] = readonly unknown[],
> extends AsyncIterable<BatchEvent> {
  readonly id: string
  /** The batch's own token: it opens the batch and its jobs. Null where none was given. */
  readonly token: string | null
  /** The batch as it was last seen; null before the first look. */
  readonly batch: BatchDocument | null
  /** Whether the server knew the idempotency key: the batch was there already. */
  readonly replayed: boolean
  /** One handle for each job, in the order of the entries; none before the first look. */
  readonly jobs: { readonly [At in keyof Outputs]: JobHandle<Outputs[At]> }

  /**
   * Waits until every job has ended and gives what became of each, in the order of the entries. A
   * job that failed does not reject: its place says so.
   *
   * @throws BuzzerError: the server refused; WaitTimeoutError: the time was over; ConnectionError
   */
  results(options?: ResultOptions): Promise<{ [At in keyof Outputs]: BatchResult<Outputs[At]> }>
  /** The outcomes of its jobs as they come, until the last one. Breaks are resumed. */
  events(options?: EventsOptions): EventStream<BatchEvent>
  /** Asks for the batch as it is now. */
  status(options?: CallOptions): Promise<BatchDocument>
  /**
   * Cancels all jobs that have not ended; those that run are told to stop.
   *
   * @throws BuzzerError `batch-finished` where all of them have ended already
   */
  cancel(options?: CallOptions): Promise<BatchDocument>
}
