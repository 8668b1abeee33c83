import type { Scope } from '../../core/scope.ts'
import type { Answer } from './answer/answer.ts'
import type { HttpContext } from './context.ts'
import type { HttpRequest } from './request/http-request.ts'

/**
 * Which operation a request calls, by what is known before its body is read.
 *
 * @returns null where there is no such operation
 */
export type Called = (
  ctx: HttpContext,
  request: Pick<HttpRequest, 'method' | 'target' | 'params'>,
) => string | null

/** What is spoken on a WebSocket. */
export type SocketProtocol = 'buzzer.v1' | 'cloudevents.json'

/**
 * Whatever a request may meet: a route of our own, a wrapped API, or nothing. What it needs is
 * declared beside it and checked before it is called.
 */
export interface Endpoint {
  /** By which the metrics count it. */
  readonly name: string
  /**
   * `public` for what tells nothing about anybody's jobs; of several one is enough, and the rest is
   * looked at where it is known what is asked for.
   */
  readonly scope: Scope | 'public' | readonly Scope[]
  /**
   * What a `ticket` in the query does: it stands for its caller, it is somebody else's parameter, or,
   * left out, it opens nothing here.
   */
  readonly ticket?: 'opens' | 'ignored'
  /** Set where a WebSocket can be opened, and what is spoken on it. */
  readonly socket?: SocketProtocol
  /** Set for those that call an operation: they are refused while too much of it waits. */
  readonly called?: Called
  /** The largest body that it takes, where that is not the server's own limit. */
  readonly maxBodyBytes?: number
  handle(ctx: HttpContext, request: HttpRequest): Answer | Promise<Answer>
}

/** One route of our own. */
export interface Route extends Omit<Endpoint, 'name'> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With `:name` for parameters. */
  readonly path: string
}

/** Whatever can be read can be asked for its head (RFC 9110, section 9.3.2). */
export const methodsTaken = (method: Route['method']): (Route['method'] | 'HEAD')[] =>
  method === 'GET' ? ['GET', 'HEAD'] : [method]
