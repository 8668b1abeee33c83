import type { Parse } from './answer.ts'
import { anySignal, sleep, type Clock } from './clock.ts'
import { BuzzerError, ConnectionError } from './error.ts'
import { createWays, type Protocol, type Ways } from './protocols.ts'
import { isRetryable, retryDelayMs, type RetryPolicy } from './retry.ts'
import { createSockets, type Sockets, type SocketTarget } from './socket/sockets.ts'
import type { SocketMaker } from './socket/web-socket.ts'
import { readTicket } from './ticket.ts'

/** A key, or a function that gives one before each try, for credentials that expire. */
export type Credential = string | (() => string | Promise<string>)

export interface TransportOptions {
  /** The server's address without a trailing slash. */
  readonly url: string
  readonly credential: Credential | null
  readonly fetch: typeof fetch
  readonly retry: RetryPolicy
  /** How long one try may take until its answer begins, in milliseconds, waiting not included. */
  readonly timeoutMs: number
  readonly clock: Clock
  /** Gives numbers from 0 up to 1. */
  readonly random: () => number
  /** What reads the JSON of events, outputs and results. */
  readonly parse: Parse
  /** What opens WebSockets; null where there are none here. */
  readonly sockets: SocketMaker | null
  /** What readers of events use, where they do not say so themselves. */
  readonly protocols: readonly Protocol[] | null
}

export interface ServerRequest {
  readonly method: string
  /** From the server's address on, with a leading slash. */
  readonly path: string
  readonly headers: Headers
  readonly body?: string | Uint8Array<ArrayBuffer> | undefined
  /** A job's own token, which then stands in place of the client's credential. */
  readonly token?: string | null | undefined
  /** Whether the request may be sent twice: idempotent by its method, its key or the protocol. */
  readonly repeatable: boolean
  /** Tries in all, where they are not as many as the policy says. */
  readonly attempts?: number | undefined
  /** How long the server was asked to hold the answer, in milliseconds. */
  readonly waitMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

type Read<T> = (response: Response, attempt: number) => T | Promise<T>

/** What stands between this package and the network. */
export interface Transport extends Omit<TransportOptions, 'sockets'> {
  readonly sockets: Sockets | null
  readonly ways: Ways
  /**
   * Sends a request, and again where that is safe and can help.
   *
   * @param read takes the last answer, whatever its status, and at which try it came; the connection
   *   failing while it reads counts as a failed try
   * @throws ConnectionError when no try got an answer; the signal's reason when it aborts
   */
  send<T>(request: ServerRequest, read: Read<T>): Promise<T>
}

type Outcome<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'again'; readonly delayMs: number }

export function createTransport(options: TransportOptions): Transport {
  const send: Transport['send'] = async (request, read) => {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await tryOnce(options, request, attempt, read)
      if (outcome.kind === 'done') return outcome.value
      await sleep(options.clock, outcome.delayMs, request.signal)
    }
  }
  const { url, sockets: maker, clock, parse } = options
  const authorization = (token: string | null): Promise<string | null> =>
    authorizationOf(options, token)
  const ticket = (target: SocketTarget): Promise<string> => send(ticketRequest(target), readTicket)
  const sockets =
    maker === null ? null : createSockets({ url, maker, clock, parse, authorization, ticket })
  return { ...options, sockets, send, ways: createWays(clock) }
}

/** Not repeated here: whoever follows something counts failures over all its connections. */
const ticketRequest = ({ channel, token }: SocketTarget): ServerRequest => ({
  method: 'POST',
  path: '/v1/tickets',
  headers: new Headers({ 'content-type': 'application/json' }),
  body: JSON.stringify({ channel }),
  token,
  repeatable: false,
})

async function tryOnce<T>(
  options: TransportOptions,
  request: ServerRequest,
  attempt: number,
  read: Read<T>,
): Promise<Outcome<T>> {
  const last = !request.repeatable || attempt >= (request.attempts ?? options.retry.attempts)
  const timer = new AbortController()
  const cancel = options.clock.after(options.timeoutMs + (request.waitMs ?? 0), () => {
    timer.abort(new Error('The server did not answer in time'))
  })
  try {
    const response = await fetchOnce(options, request, timer.signal)
    // A large answer may come for as long as it takes; the time was for its beginning.
    cancel()
    return await judge(options, attempt, last, response, read)
  } catch (error) {
    return failedTry(options, request, attempt, last, error)
  } finally {
    cancel()
  }
}

async function judge<T>(
  options: TransportOptions,
  attempt: number,
  last: boolean,
  response: Response,
  read: Read<T>,
): Promise<Outcome<T>> {
  const whole = <Value>(reading: Read<Value>) => readWhole(options.url, response, attempt, reading)
  const delayMs = last ? null : await whole(() => refusalDelayMs(options, attempt, response))
  if (delayMs === null) return { kind: 'done', value: await whole(read) }
  await response.body?.cancel()
  return { kind: 'again', delayMs }
}

async function fetchOnce(
  options: TransportOptions,
  request: ServerRequest,
  timeout: AbortSignal,
): Promise<Response> {
  request.signal?.throwIfAborted()
  const init: RequestInit = {
    method: request.method,
    headers: await authorised(options, request),
    signal: anySignal(request.signal, timeout),
    // A result may be a redirect that the wrapped API answered with; it is passed on as it is.
    redirect: 'manual',
    cache: 'no-store',
  }
  if (request.body !== undefined) init.body = request.body
  return options.fetch(options.url + request.path, init).catch((cause: unknown) => {
    throw brokenConnection(options.url, cause)
  })
}

async function authorised(options: TransportOptions, request: ServerRequest): Promise<Headers> {
  const headers = new Headers(request.headers)
  const value = await authorizationOf(options, request.token ?? null)
  if (value !== null && !headers.has('authorization')) headers.set('authorization', value)
  return headers
}

async function authorizationOf(
  options: TransportOptions,
  token: string | null,
): Promise<string | null> {
  const credential = token ?? options.credential
  const value = typeof credential === 'function' ? await credential() : credential
  return value === null ? null : `Bearer ${value}`
}

async function refusalDelayMs(
  options: TransportOptions,
  attempt: number,
  response: Response,
): Promise<number | null> {
  if (!(await isRetryable(response))) return null
  return retryDelayMs(options.retry, attempt, response, options.clock.now(), options.random)
}

function failedTry(
  options: TransportOptions,
  request: ServerRequest,
  attempt: number,
  last: boolean,
  error: unknown,
): Outcome<never> {
  if (request.signal?.aborted === true) throw request.signal.reason
  // Only the network is tried again: any other fault is ours, the caller's or the credential's.
  if (last || !(error instanceof ConnectionError)) throw error
  const { retry, clock, random } = options
  const delayMs = retryDelayMs(retry, attempt, null, clock.now(), random)
  return { kind: 'again', delayMs: delayMs ?? 0 }
}

/** A body that breaks off is the network's fault as well, unless the answer itself was wrong. */
async function readWhole<T>(
  url: string,
  response: Response,
  attempt: number,
  read: Read<T>,
): Promise<T> {
  try {
    return await read(response, attempt)
  } catch (error) {
    throw error instanceof BuzzerError ? error : brokenConnection(url, error)
  }
}

const brokenConnection = (url: string, cause: unknown): ConnectionError =>
  new ConnectionError(`Could not reach ${url || 'the server'}`, { cause })
