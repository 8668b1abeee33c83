import { formatSpan, waitSeconds, type Span } from './time.ts'

/** Where to POST what happens to a job (PROTOCOL.md, section 5). */
export interface Callback {
  readonly url: string | URL
  /** `final`: the outcome (default); `states`: every change of state; `all`: progress and output too. */
  readonly events?: 'final' | 'states' | 'all' | undefined
  /** `whsec_…`: also signs with this secret. */
  readonly secret?: string | undefined
}

/** How a job is to be accepted and run (PROTOCOL.md, section 1). Everything is optional. */
export interface SubmitOptions {
  /**
   * 1 to 255 printable ASCII characters. The same key and the same request give the same job.
   * Without one the client makes a random key for this call, so that its own retries after a broken
   * connection cannot start the job twice; give your own to be safe across restarts of your program.
   */
  readonly idempotencyKey?: string | undefined
  /** `respond-async`: answer as soon as the job is durable, whatever the operation's mode says. */
  readonly prefer?: 'respond-async' | undefined
  /** Lets the server hold its answer until the result is there: whole seconds, at most 60. */
  readonly wait?: Span | undefined
  /** 0 (first) to 9 (last); 4 without it. */
  readonly priority?: number | undefined
  /** Not before this time has gone by. */
  readonly delay?: Span | undefined
  /** Not before then. */
  readonly runAt?: Date | undefined
  /** The job fails with `deadline-exceeded` if it has not ended by then. */
  readonly deadline?: Span | Date | undefined
  /** Jobs of one operation with the same key run one at a time, in order. */
  readonly key?: string | undefined
  /** For finding jobs later; no commas. */
  readonly tags?: readonly string[] | undefined
  readonly callback?: Callback | undefined
  /** W3C Trace Context, carried into the upstream call and every event. */
  readonly traceparent?: string | undefined
  readonly tracestate?: string | undefined
  /** Further request headers. */
  readonly headers?: RequestInit['headers'] | undefined
  /** Ends the submission, not the job. */
  readonly signal?: AbortSignal | undefined
}

/**
 * The request headers that say it.
 *
 * @throws TypeError where a value cannot stand in its header
 */
export function submitHeaders(options: SubmitOptions): Headers {
  const headers = new Headers(options.headers ?? {})
  for (const [name, value] of entries(options)) if (value !== undefined) headers.set(name, value)
  if (!headers.has('idempotency-key')) headers.set('idempotency-key', quoted(randomKey()))
  return headers
}

const entries = (options: SubmitOptions): [string, string | undefined][] => [
  ['idempotency-key', map(options.idempotencyKey, quoted)],
  ['prefer', preference(options)],
  ['buzzer-priority', map(options.priority, String)],
  ['buzzer-delay', map(options.delay, formatSpan)],
  ['buzzer-run-at', map(options.runAt, formatTime)],
  ['buzzer-deadline', map(options.deadline, formatDeadline)],
  ['buzzer-key', options.key],
  ['buzzer-tags', map(options.tags, formatTags)],
  ...callbackEntries(options.callback),
  ['traceparent', options.traceparent],
  ['tracestate', options.tracestate],
]

/** The request headers that say where to call back. */
export const callbackEntries = (
  callback: Callback | undefined,
): readonly [string, string | undefined][] => [
  ['callback-url', map(callback, ({ url }) => String(url))],
  ['callback-events', callback?.events],
  ['callback-secret', callback?.secret],
]

const map = <From, To>(value: From | undefined, change: (value: From) => To): To | undefined =>
  value === undefined ? undefined : change(value)

function preference({ prefer, wait }: SubmitOptions): string | undefined {
  const parts = [prefer, map(wait, (span) => `wait=${waitSeconds(span)}`)]
  return parts.filter((part) => part !== undefined).join(', ') || undefined
}

export const formatTime = (time: Date): string => time.toISOString()

export const formatDeadline = (deadline: Span | Date): string =>
  deadline instanceof Date ? formatTime(deadline) : formatSpan(deadline)

function formatTags(tags: readonly string[]): string {
  const wrong = tags.find((tag) => tag.includes(','))
  if (wrong !== undefined) throw new TypeError(`A tag has no commas: ${JSON.stringify(wrong)}`)
  return tags.join(',')
}

/** A structured-field string (RFC 9651, section 3.3.3). */
export function quoted(key: string): string {
  if (!/^[\x20-\x7e]{1,255}$/.test(key)) {
    throw new TypeError('An idempotency key has 1 to 255 printable ASCII characters')
  }
  return `"${key.replace(/["\\]/g, '\\$&')}"`
}

/** 128 random bits. `randomUUID` would not do: browsers have it on secure origins only. */
export const randomKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
