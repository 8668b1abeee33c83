import type { Problem } from '@buzzer/contract'
import { RetryableError, TerminalError } from '../../core/handler-error.ts'
import type {
  HandlerContext,
  HandlerEvent,
  HandlerJob,
  HandlerLog,
  PublishedEvent,
} from '../../core/handler.ts'
import type { Attempt } from '../../ports/runner.ts'

export type LogLevel = keyof HandlerLog

/**
 * What stands behind a handler's context: the engine, or the way to it out of a thread. Its signal
 * is asked for only where the handler does, because to have one costs.
 */
export type Reach = Pick<Attempt, 'signal' | 'progress' | 'output' | 'publish'>

export type WriteLine = (level: LogLevel, message: string, fields: object | undefined) => void

/** A context, and the end of it: what a handler left behind cannot report into a later attempt. */
export interface OpenContext {
  readonly context: HandlerContext
  close(): void
}

/** Longer ones are cut: each is stored and sent to whoever watches. */
const maxMessageLength = 1_000

export function openContext(job: HandlerJob, reach: Reach, writeLine: WriteLine): OpenContext {
  const context = new Context(job, reach, writeLine)
  return { context, close: () => context.close() }
}

/**
 * A class, because one is made for every attempt: accessors of an object of its own would cost
 * more than all the rest of a short attempt. Its functions are its own, so that handlers may take
 * them out of it; what most handlers do not use is made when it is asked for.
 */
class Context implements HandlerContext {
  readonly job: HandlerJob
  readonly attempt: number
  readonly #reach: Reach
  readonly #writeLine: WriteLine
  #log: HandlerLog | null = null
  #open = true

  constructor(job: HandlerJob, reach: Reach, writeLine: WriteLine) {
    this.job = job
    this.attempt = job.attempt
    this.#reach = reach
    this.#writeLine = writeLine
  }

  get signal(): AbortSignal {
    return this.#reach.signal
  }

  get log(): HandlerLog {
    this.#log ??= createHandlerLog(this.#writeLine)
    return this.#log
  }

  readonly progress = async (percent: number | null, message?: string | null): Promise<void> => {
    if (this.#open) await this.#reach.progress(percentOf(percent), messageOf(message))
  }

  readonly output = async (piece: unknown): Promise<void> => {
    if (this.#open) await this.#reach.output(piece)
  }

  readonly publish = async (channel: string, event: HandlerEvent): Promise<PublishedEvent> => {
    if (!this.#open) throw new TerminalError('The attempt is over; nothing was published.')
    const answer = await this.#reach.publish(channel, event)
    if (answer.kind === 'refused') throw refusal(answer.problem)
    return { id: answer.id, sequence: answer.sequence }
  }

  close(): void {
    this.#open = false
  }
}

/** What the channel does not take now it does not take at the next attempt either. */
const refusal = (problem: Problem): Error =>
  problem.code === 'overloaded'
    ? new RetryableError(problem.detail)
    : new TerminalError(problem.detail, { problem })

function createHandlerLog(writeLine: WriteLine): HandlerLog {
  const at =
    (level: LogLevel) =>
    (message: string, fields?: object): void =>
      // An error has no members that a line could show.
      writeLine(level, message, fields instanceof Error ? { err: fields } : fields)
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

/** Progress never fails an attempt, so that what is no percentage is none. */
const percentOf = (percent: unknown): number | null =>
  typeof percent === 'number' && !Number.isNaN(percent) ? Math.min(100, Math.max(0, percent)) : null

const messageOf = (message: unknown): string | null =>
  typeof message === 'string' ? message.slice(0, maxMessageLength) : null
