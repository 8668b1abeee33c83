import type { Problem } from '@buzzer/contract'
import type { Running, Trace } from '../core/job.ts'
import type { Input, Monitor, Result } from '../core/payload.ts'
import type { Millis } from '../core/time.ts'
import type { Blobs } from './blobs.ts'

/** One try at a job, as a runner gets it. */
export interface Attempt {
  readonly job: Running
  readonly input: Input | null
  /** The input as its edge has parsed it already, to save parsing it twice; absent for not. */
  readonly value?: unknown
  /** What calls made for it carry on: the span of this attempt where there is one, else the job's. */
  readonly trace: Trace | null
  /** Aborted at the timeout, the deadline, a cancel, a lost lease or a shutdown. */
  readonly signal: AbortSignal
  /** Keeps the latest only; resolves at once and never fails the attempt. */
  progress(percent: number | null, message: string | null): Promise<void>
  /** Adds a piece of the result as it is made; resolves when there is room for the next. */
  output(piece: unknown): Promise<void>
  /** Publishes an event for the job's tenant; resolves when it is on disk, or was refused. */
  publish(channel: string, event: unknown): Promise<PublishAnswer>
  /** Where a large input is read from and a large result is written to, before it is given. */
  readonly blobs: Pick<Blobs, 'has' | 'read' | 'write' | 'remove'>
  /** The largest result that this operation may give, in bytes; null for its runner's own. */
  readonly maxResultBytes: number | null
}

/** What became of an event that an attempt published. */
export type PublishAnswer =
  | { readonly kind: 'published'; readonly id: string; readonly sequence: string }
  | { readonly kind: 'refused'; readonly problem: Problem }

export type RunOutcome =
  | { readonly kind: 'done'; readonly result: Result }
  | {
      readonly kind: 'failed'
      readonly error: Problem
      readonly retryable: boolean
      /** The least wait before the next try, where the upstream or the handler named one. */
      readonly retryAfterMs: number | null
      /**
       * Set where nothing was begun, as while a circuit breaker is open: the job can be given
       * back for `retryAfterMs` without using up an attempt.
       */
      readonly begun?: false
    }
  /** It goes on outside; look again when due. */
  | { readonly kind: 'parked'; readonly monitor: Monitor; readonly dueAt: Millis }

/** A way to run operations. */
export interface Runner extends AsyncDisposable {
  /** Runs one attempt; an exception is a fault of the runner itself and counts as a failure. */
  run(attempt: Attempt): Promise<RunOutcome>
  /**
   * Whether attempts are held off now, as by an open circuit breaker.
   *
   * @returns until when, or null where they are not
   */
  heldOffUntil(operation: string): Millis | null
}
