import { TerminalError } from '../../core/handler-error.ts'
import type { HandlerContext, HandlerJob, HandlerLog } from '../../core/handler.ts'
import type { Attempt } from '../../ports/runner.ts'

export type LogLevel = keyof HandlerLog

/**
 * What stands behind a handler's context: the engine, or the way to it out of a thread. Its signal
 * is asked for only where the handler does, because to have one costs.
 */
export type Reach = Pick<Attempt, 'signal' | 'progress' | 'output'>

export type WriteLine = (level: LogLevel, message: string, fields: object | undefined) => void

/** A context, and the end of it: what a handler left behind cannot report into a later attempt. */
export interface OpenContext {
  readonly context: HandlerContext
  close(): void
}

/** Longer ones are cut: each is stored and sent to whoever watches. */
const maxMessageLength = 1_000

export function openContext(job: HandlerJob, reach: Reach, writeLine: WriteLine): OpenContext {
  let open = true
  const log =
    (level: LogLevel) =>
    (message: string, fields?: object): void =>
      writeLine(level, message, fields)
  const context: HandlerContext = {
    job,
    attempt: job.attempt,
    get signal() {
      return reach.signal
    },
    log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    async progress(percent, message) {
      if (open) await reach.progress(percentOf(percent), messageOf(message))
    },
    async output(piece) {
      if (open) await reach.output(piece)
    },
    async publish() {
      throw new TerminalError('ctx.publish() is not supported yet.', {
        problem: { code: 'not-supported' },
      })
    },
  }
  return {
    context,
    close() {
      open = false
    },
  }
}

/** Progress never fails an attempt, so that what is no percentage is none. */
const percentOf = (percent: unknown): number | null =>
  typeof percent === 'number' && !Number.isNaN(percent) ? Math.min(100, Math.max(0, percent)) : null

const messageOf = (message: unknown): string | null =>
  typeof message === 'string' ? message.slice(0, maxMessageLength) : null
