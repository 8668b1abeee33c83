import type { ValidationError } from '@buzzer/contract'
import type { Handler } from '../../core/handler.ts'

/** An operation as its runner knows it. */
export interface HandlerEntry {
  readonly run: Handler
  /** Whether it runs in a worker thread. */
  readonly thread: boolean
  /**
   * Checks a result against the operation's output schema; null where there is none. It gets the
   * JSON as callers will, so that dates are text already.
   */
  readonly checkOutput: ((output: unknown) => readonly ValidationError[]) | null
}

/** The operations that are run by handlers, by their names. */
export type HandlerSet = ReadonlyMap<string, HandlerEntry>
