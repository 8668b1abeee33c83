import type { Duration } from '@buzzer/contract'
import type { HandlerContext } from '../core/handler.ts'
import type { Mode } from '../core/operation.ts'
import type { CatchUp, Overlap } from '../core/schedule.ts'
import type { Schema, ValueOf } from './schema.ts'

/** How calls of an operation are accepted, run and repeated. What is left out has its default. */
export interface PolicyOptions {
  /**
   * What a caller gets that says nothing about waiting: `async` 202 at once, `adaptive` the result
   * if it is there within `wait`, else 202, `sync` the result. Default: `async`.
   */
  readonly mode?: Mode
  /** How long an adaptive caller waits. Default: `2s`. */
  readonly wait?: Duration
  /** How long one attempt may take. Default: `30s`. */
  readonly timeout?: Duration
  /** How long a worker may be silent before its job is given to another, at least `500ms`. Default: `30s`. */
  readonly lease?: Duration
  /** Attempts at the same time, over all nodes. Default: `null`, as many as there are slots. */
  readonly concurrency?: number | null
  readonly retry?: RetryOptions
  readonly idempotency?: IdempotencyOptions
  /** Callers may keep the result in a cache. Default: `false`. */
  readonly cacheable?: boolean
  /** The largest bodies of this operation. Default: those of the whole server. */
  readonly limits?: LimitOptions
  readonly deadLetters?: DeadLetterOptions
  /** When calls are refused because too much waits; narrower than what holds for all. */
  readonly admission?: AdmissionOptions | null
}

/** When a failed attempt is tried again: exponentially later, with full jitter. */
export interface RetryOptions {
  /** Tries in all, the first included. Default: 5. */
  readonly attempts?: number
  /** The most that passes before the second try. Default: `1s`. */
  readonly delay?: Duration
  /** What that grows by with each try. Default: 2. */
  readonly factor?: number
  /** What it never grows beyond. Default: `5m`. */
  readonly maxDelay?: Duration
}

export interface IdempotencyOptions {
  /** Whether a call without an `Idempotency-Key` is refused. Default: `false`. */
  readonly required?: boolean
  /** How long a key stands for its job. Default: `24h`. */
  readonly window?: Duration
}

/** A number of bytes as users write it: `512kb`, `1mb`, `1gb`; each unit is 1,024 of the last. */
export type Size = `${number}${'b' | 'kb' | 'mb' | 'gb'}`

export interface LimitOptions {
  /** The largest body of a call. Default: `1mb`. */
  readonly body?: Size
  /** The largest result. Default: `32mb`. */
  readonly result?: Size
}

export interface AdmissionOptions {
  /** Runnable jobs beyond which calls are refused with 503. */
  readonly backlog?: number
  /** The age of the oldest runnable job beyond which calls are refused. */
  readonly age?: Duration
}

export interface DeadLetterOptions {
  /** As many of them are worth a warning; 0 for never. Default: 100. */
  readonly alert?: number
}

/** When an operation runs by itself, with no input. */
export interface ScheduleOptions {
  /** Five fields (minute, hour, day, month, weekday), or six with the seconds first. */
  readonly cron: string
  /** By its name in the IANA database, such as `Europe/Berlin`. Default: `UTC`. */
  readonly timeZone?: string
  /**
   * What becomes of times that passed while no server was there: `once` runs one job, for the last
   * of them, `skip` none. Default: `once`.
   */
  readonly catchUp?: CatchUp
  /** `skip` leaves a time out while the job of an earlier one has not ended. Default: `allow`. */
  readonly overlap?: Overlap
}

/** Policies of one operation alone. */
export interface OwnPolicyOptions extends PolicyOptions {
  /** Such as `0 3 * * *`, in UTC, or with a time zone. Default: `null`, never by itself. */
  readonly schedule?: string | ScheduleOptions | null
}

/** What `operation()` takes. */
export interface OperationOptions<
  InputSchema extends Schema,
  OutputSchema extends Schema,
  Input,
  Output,
> extends OwnPolicyOptions {
  /** One line, for the documentation. */
  readonly summary?: string
  /** What calls are checked against before anything is stored; without one anything is taken. */
  readonly input?: InputSchema
  /** What the handler's result is checked against; a wrong one counts as a failed attempt. */
  readonly output?: OutputSchema
  /**
   * Whether the handler runs in a worker thread, so that it may block for seconds. The thread
   * loads the configuration file again, so that nothing is shared with the server but what `run`
   * gets and gives.
   */
  readonly thread?: boolean
  /**
   * Runs one attempt.
   *
   * @param input what the caller sent, checked and otherwise as it came
   * @returns what becomes the result: JSON (nothing becomes `null`), bytes, or `raw(…)`
   * @throws RetryableError to be tried again, at a time of its choice
   * @throws TerminalError where another try cannot help; anything else is tried again too
   */
  run(input: Input, context: HandlerContext): Output | Promise<Output>
}

/** An operation as it stands in the configuration. */
export interface OperationDefinition<Input = unknown, Output = unknown> extends OperationOptions<
  Schema,
  Schema,
  Input,
  Output
> {
  /** Never there: carries the types to whoever types the operation's calls, as the client does. */
  readonly '~types'?: { readonly input: Input; readonly output: Output }
}

/**
 * Defines something that can be called.
 *
 * Types come from the schemas where those carry them, as those of Zod do; with a plain JSON Schema
 * the input is what `run` says that it takes, and `unknown` without that.
 */
export const operation = <
  const InputSchema extends Schema,
  const OutputSchema extends Schema,
  Input extends ValueOf<InputSchema> = ValueOf<InputSchema>,
  Output extends ValueOf<OutputSchema> = ValueOf<OutputSchema>,
>(
  options: OperationOptions<InputSchema, OutputSchema, Input, Output>,
): OperationDefinition<Input, Output> => options
