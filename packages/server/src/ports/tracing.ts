import type { BatchId, JobId } from '@buzzer/contract'
import type { Running, Trace } from '../core/job.ts'
import type { Millis } from '../core/time.ts'
import type { AttemptOutcome } from './telemetry.ts'

/**
 * Where the time of each job went, as spans (OpenTelemetry). Whoever gets no Tracing makes none of
 * these objects. No call throws or waits: none of it may cost a job.
 */
export interface Tracing {
  /** A call of an operation, or a batch of them, came in. @param parent what its caller sent */
  accept(call: IncomingCall, parent: Trace | null): AcceptSpan
  /**
   * An attempt begins, or a look at what an earlier claim of it started outside. What the job
   * waited before becomes a span of its own.
   *
   * @param dueAt since when it could have run; null where nobody knows
   */
  run(job: Running, dueAt: Millis | null): RunSpan
  /** The time of a schedule came. @returns the context in which its job stands */
  schedule(operation: string): Trace
  /** A request goes to an upstream. */
  call(request: OutgoingCall, parent: Trace | null): CallSpan
}

interface Span {
  /** W3C Trace Context of this span: what is stored with, or sent to, whatever it leads to. */
  readonly trace: Trace
}

export interface IncomingCall {
  /** Null for a batch. */
  readonly operation: string | null
  readonly method: string
  /** The template of the path, such as `/v1/operations/{operation}/jobs`. */
  readonly route: string
  /** As received, without the query. */
  readonly path: string
}

export interface AcceptSpan extends Span {
  /** The job or the batch is on disk, or one that was there stands for this call. */
  accepted(id: JobId | BatchId, replayed: boolean): void
  /** The answer is known. @param status null where a fault came instead of one */
  end(status: number | null): void
}

export interface RunSpan extends Span {
  /** Runs what belongs to the attempt, so that spans made in there are children of this one. */
  within<Result>(work: () => Result): Result
  /** @param error the code of the problem that it failed with, from the error table */
  end(outcome: AttemptOutcome, error: string | null): void
}

export interface OutgoingCall {
  readonly method: string
  readonly url: string
  /** How often it was sent before. */
  readonly resent: number
}

export interface CallSpan extends Span {
  /** @param outcome the status of the answer, or the reason why none came */
  end(outcome: number | string): void
}
