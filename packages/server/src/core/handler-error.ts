import { parseDuration, type Duration, type Problem, type ValidationError } from '@buzzer/contract'

/** The problem that a handler fails with; what is left out is filled in. */
export interface TerminalProblem {
  /** A code of its own, in kebab-case. Default: `handler-failed`. */
  readonly code?: string
  /** From 400 to 599. Default: the code's own, else 500. */
  readonly status?: number
  readonly title?: string
  /** Default: the error's message. */
  readonly detail?: string
  readonly errors?: Problem['errors']
  /** Members of its own, which RFC 9457 allows. */
  readonly extensions?: Readonly<Record<string, unknown>>
}

// Registered, so that errors from another copy of the package are known too.
const brand = Symbol.for('buzzer.handler-error')

/** Fails the attempt; the job is tried again while it has attempts left. */
export class RetryableError extends Error {
  override readonly name = 'RetryableError'
  readonly retryAfterMs: number | null
  readonly [brand] = 'retryable'

  /**
   * @param options.retryAfter the least wait before the next try, as a duration such as `30s` or
   * in milliseconds
   * @throws TypeError where that is not a duration
   */
  constructor(
    message: string,
    options: { readonly retryAfter?: Duration | number; readonly cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : {})
    this.retryAfterMs = options.retryAfter === undefined ? null : toMs(options.retryAfter, message)
  }
}

/** Fails the job: another try would not help. */
export class TerminalError extends Error {
  override readonly name = 'TerminalError'
  readonly problem: TerminalProblem
  readonly [brand] = 'terminal'

  /** @param options.problem what callers are told, beyond the message */
  constructor(
    message: string,
    options: { readonly problem?: TerminalProblem; readonly cause?: unknown } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : {})
    this.problem = options.problem ?? {}
  }
}

function toMs(retryAfter: Duration | number, message: string): number {
  const ms = typeof retryAfter === 'number' ? retryAfter : parseDuration(retryAfter)
  if (ms !== null && Number.isFinite(ms) && ms >= 0) return Math.round(ms)
  throw new TypeError(
    `RetryableError: retryAfter ${JSON.stringify(retryAfter)} is not a duration such as '30s', ` +
      `nor milliseconds (for: ${message})`,
  )
}

/** An attempt that failed by what its handler threw. */
export interface HandlerFailure {
  readonly error: Problem
  readonly retryable: boolean
  readonly retryAfterMs: number | null
  /** The handler did not say that it would fail so: a fault to be looked at. */
  readonly unexpected: boolean
}

/** Longer messages are cut: they stand in the job and in all of its events. */
const maxDetailLength = 2_000

/**
 * Makes of what was thrown what the caller is told: the message, never the stack.
 *
 * @param thrown anything
 */
export function handlerFailure(thrown: unknown): HandlerFailure {
  const kind = kindOf(thrown)
  if (kind === 'terminal') return terminalFailure(thrown as TerminalError)
  return {
    error: { code: 'handler-failed', detail: detailOf(thrown) },
    retryable: true,
    retryAfterMs: kind === 'retryable' ? (thrown as RetryableError).retryAfterMs : null,
    unexpected: kind === null,
  }
}

const kindOf = (thrown: unknown): 'retryable' | 'terminal' | null =>
  thrown instanceof Error && brand in thrown ? (thrown[brand] as 'retryable' | 'terminal') : null

function terminalFailure(thrown: TerminalError): HandlerFailure {
  const { code, status, title, detail, errors, extensions } = thrown.problem
  const isError = status !== undefined && Number.isInteger(status) && status >= 400 && status <= 599
  const errorsJson = jsonOf(errors)
  const error: Problem = {
    code: code ?? 'handler-failed',
    detail: detail ?? detailOf(thrown),
    ...(isError ? { status } : {}),
    ...(title === undefined ? {} : { title }),
    ...(errorsJson === undefined ? {} : { errors: JSON.parse(errorsJson) as ValidationError[] }),
    ...(extensions === undefined ? {} : { extensions: ownMembers(extensions) }),
  }
  return { error, retryable: false, retryAfterMs: null, unexpected: false }
}

const standardMembers = new Set(['type', 'title', 'status', 'detail', 'instance', 'code', 'errors'])

function ownMembers(extensions: object): Readonly<Record<string, unknown>> {
  const entries = Object.entries(extensions).filter(([name]) => !standardMembers.has(name))
  return Object.fromEntries(
    entries.flatMap(([name, value]) => {
      const json = jsonOf(value)
      return json === undefined ? [] : [[name, JSON.parse(json) as unknown]]
    }),
  )
}

/** As JSON, because the problem is stored; what cannot be written so is left out. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

function detailOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : textOf(thrown)
  const detail = text === '' ? 'The handler threw an error without a message.' : text
  return detail.length > maxDetailLength ? `${detail.slice(0, maxDetailLength)}…` : detail
}

const textOf = (thrown: unknown): string =>
  typeof thrown === 'string' ? thrown : `The handler threw ${typeof thrown} instead of an error.`
