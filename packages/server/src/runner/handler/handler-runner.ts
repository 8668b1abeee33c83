import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { Attempt, Runner, RunOutcome } from '../../ports/runner.ts'
import type { HandlerEntry, HandlerSet } from './handler-set.ts'
import { runInline, type RunTerms } from './inline.ts'
import { isElsewhere, loadInput } from './load-input.ts'
import { handlerFailed } from './outcome.ts'
import { runThreaded } from './threaded.ts'
import { createThreadPool, type ThreadLimits } from './thread-pool.ts'

export interface HandlerRunnerOptions {
  readonly handlers: HandlerSet
  readonly log: Log
  readonly clock: Clock
  /** The largest result that is kept, in bytes. */
  readonly maxResultBytes: number
  /** What threads load; null only where no handler wants one. */
  readonly threads: ThreadOptions | null
}

export interface ThreadOptions {
  /**
   * The configuration as a `file:` URL. Threads import it again and find their handlers in its
   * default export, under `operations`.
   */
  readonly module: string
  /** Attempts that run in threads at the same time; more wait for one. */
  readonly max: number
  /** What each thread may use; Node's own limits where not given. */
  readonly limits?: ThreadLimits
  /** How long a handler may take to stop before its thread is ended, in milliseconds. */
  readonly graceMs?: number
  /** How long a thread without work is kept, in milliseconds. */
  readonly idleMs?: number
}

/**
 * Runs operations by calling their handlers, here or in a worker thread.
 *
 * After an abort the promise of a run settles when its handler ends, with what the engine then
 * ignores. A handler on the main thread cannot be made to end, so the engine must not wait for
 * it; one in a thread ends with its thread, `graceMs` after the abort.
 */
export function createHandlerRunner(options: HandlerRunnerOptions): Runner {
  const { handlers, log, clock, maxResultBytes, threads } = options
  const terms = { log, maxResultBytes }
  const pool = threads === null ? null : createThreadPool({ ...threads, clock })
  /** The input is large, and lies elsewhere. */
  const runFetched = async (
    entry: HandlerEntry,
    attempt: Attempt,
    own: RunTerms,
  ): Promise<RunOutcome> => {
    const input = await loadInput(attempt)
    if (input.kind === 'failed') return input.outcome
    const body = input.body ?? undefined
    if (!entry.thread) return runInline(entry, attempt, own, body)
    if (pool === null) return handlerFailed(withoutThreads, false)
    return runThreaded(pool, entry, attempt, own, body)
  }

  return {
    run(attempt) {
      const { operation } = attempt.job
      const entry = handlers.get(operation)
      if (entry === undefined) return cannotRun(`No handler runs ${operation}.`)
      const { maxResultBytes: ownBytes } = attempt
      const own = ownBytes === null ? terms : { log, maxResultBytes: ownBytes }
      if (isElsewhere(attempt)) return runFetched(entry, attempt, own)
      if (!entry.thread) return runInline(entry, attempt, own)
      if (pool === null) return cannotRun(withoutThreads)
      return runThreaded(pool, entry, attempt, own)
    },
    heldOffUntil: () => null,
    async [Symbol.asyncDispose]() {
      await pool?.[Symbol.asyncDispose]()
    },
  }
}

const cannotRun = (detail: string): Promise<RunOutcome> =>
  Promise.resolve(handlerFailed(detail, false))

const withoutThreads = 'This server was started without threads.'
