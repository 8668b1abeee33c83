import { handlerFailure } from '../../core/handler-error.ts'
import { handlerJob } from '../../core/handler.ts'
import { traceIds } from '../../core/trace.ts'
import type { Log } from '../../ports/log.ts'
import type { Attempt, RunOutcome } from '../../ports/runner.ts'
import { openContext, type LogLevel, type WriteLine } from './context.ts'
import type { HandlerEntry } from './handler-set.ts'
import { parseInput, type Parsed } from './input.ts'
import { bodyAtHand } from './load-input.ts'
import { failed, handlerFailed, resultOf, resultOfStream } from './outcome.ts'
import { encodeOutput, NotAnOutput } from './output.ts'

/** What inline and threaded runs share. */
export interface RunTerms {
  readonly log: Log
  readonly maxResultBytes: number
}

/**
 * Runs an attempt on the main thread, which a handler that computes for long would block.
 *
 * @param fetched the input, where it does not lie with the job
 */
export async function runInline(
  entry: HandlerEntry,
  attempt: Attempt,
  terms: RunTerms,
  fetched?: Uint8Array,
): Promise<RunOutcome> {
  const input = inputOf(attempt, fetched)
  if (input.kind === 'malformed') return failed(input.error, false)
  const writeLine: WriteLine = (...line) => logLine(terms.log, attempt, ...line)
  const { context, close } = openContext(handlerJob(attempt.job, attempt.trace), attempt, writeLine)
  try {
    const encoding = encodeOutput(await entry.run(input.value, context))
    const encoded = encoding instanceof Promise ? await encoding : encoding
    return 'stream' in encoded
      ? await resultOfStream(encoded, attempt, entry.checkOutput, terms.maxResultBytes)
      : resultOf(encoded, entry.checkOutput, terms.maxResultBytes)
  } catch (thrown) {
    return fail(thrown, attempt, terms.log)
  } finally {
    close()
  }
}

const inputOf = (attempt: Attempt, fetched: Uint8Array | undefined): Parsed =>
  attempt.value === undefined
    ? parseInput(fetched ?? bodyAtHand(attempt))
    : { kind: 'parsed', value: attempt.value }

function fail(thrown: unknown, attempt: Attempt, log: Log): RunOutcome {
  if (thrown instanceof NotAnOutput) return handlerFailed(thrown.message)
  const { error, retryable, retryAfterMs, unexpected } = handlerFailure(thrown)
  // After an abort the handler is bound to fail with whatever it waited for.
  if (unexpected && !attempt.signal.aborted) {
    log.warn({ ...attemptFields(attempt), err: thrown }, 'a handler threw')
  }
  return failed(error, retryable, retryAfterMs)
}

/** How every line in the log names its attempt. */
export const attemptFields = ({ job, trace }: Attempt) => ({
  operation: job.operation,
  job: job.id,
  attempt: job.attempt,
  ...(trace === null ? {} : traceIds(trace)),
})

export function logLine(
  log: Log,
  attempt: Attempt,
  level: LogLevel,
  message: string,
  fields: object | undefined,
): void {
  log[level]({ ...fields, ...attemptFields(attempt) }, message)
}
