import type { Scope } from '../../core/scope.ts'
import type { Answer } from './answer/answer.ts'
import type { HttpContext } from './context.ts'
import type { HttpRequest } from './request/http-request.ts'

/** One route of our own. What it needs is declared beside it and checked before it is called. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With `:name` for parameters. */
  readonly path: string
  /** `public` for what tells nothing about anybody's jobs. */
  readonly scope: Scope | 'public'
  handle(ctx: HttpContext, request: HttpRequest): Answer | Promise<Answer>
}
