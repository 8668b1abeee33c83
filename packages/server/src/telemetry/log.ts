import { createRequire } from 'node:module'
import { destination, pino, stdTimeFunctions, type DestinationStream } from 'pino'
import type { Log } from '../ports/log.ts'
import { redact } from './redact.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

export interface LogOptions {
  readonly level: LogLevel
  /** For people instead of machines, where pino-pretty is installed. Default: false. */
  readonly pretty?: boolean
  /** Where lines go. Default: standard error, because standard output belongs to the commands. */
  readonly destination?: DestinationStream
  /** What every line carries, such as the node's name. */
  readonly fields?: Readonly<Record<string, unknown>>
}

/** A log whose lines are on their way when it is disposed of. */
export interface OpenLog extends Log, AsyncDisposable {}

/** Writes lines of JSON, without secrets. */
export function createLog(options: LogOptions): OpenLog {
  const { level, pretty = false, fields = {} } = options
  const stream = options.destination ?? (pretty ? prettyStream() : null) ?? standardError()
  const logger = pino(
    {
      level,
      base: fields,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      hooks: { streamWrite: redact },
    },
    stream,
  )
  return {
    debug: (more, message) => logger.debug(more, message),
    info: (more, message) => logger.info(more, message),
    warn: (more, message) => logger.warn(more, message),
    error: (more, message) => logger.error(more, message),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        logger.flush(() => resolve())
      }),
  }
}

// Not synchronous: a line for every outcome must not cost a write each. Pino flushes at exit.
const standardError = (): DestinationStream => destination({ dest: 2, sync: false })

/** @returns null where pino-pretty is not installed, as in production */
function prettyStream(): DestinationStream | null {
  const load = createRequire(import.meta.url)
  try {
    const open = load('pino-pretty') as (options: object) => DestinationStream
    return open({ destination: 2, translateTime: 'SYS:HH:MM:ss.l', ignore: 'node' })
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'MODULE_NOT_FOUND'
    if (!missing) throw cause
    return null
  }
}
