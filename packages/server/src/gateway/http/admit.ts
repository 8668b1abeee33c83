import type { IncomingMessage } from 'node:http'
import type { Problem } from '@buzzer/contract'
import type { Caller, Scope } from '../../core/scope.ts'
import { isProblem } from './answer/problem.ts'
import type { HttpContext } from './context.ts'
import type { Exchange } from './exchange.ts'
import { targetOf } from './request/http-request.ts'
import { invalidHeader } from './request/header-problem.ts'
import { shuttingDown } from './routes/health.ts'

/**
 * Finds out who asks, before anything of the body is read, and whether they may.
 *
 * @returns the caller, or why not
 */
export function admit(ctx: HttpContext, { request, endpoint }: Exchange): Caller | Problem {
  const { origin, authorization } = request.headers
  const host = hostOf(request)
  if (host === undefined || host.includes(',')) return notOneHost
  const caller = ctx.auth.authenticate({ host, origin, authorization })
  if (isProblem(caller)) return caller
  return wrongCoding(request) ?? refusal(ctx, caller, endpoint.scope) ?? caller
}

/** A target in absolute form has the last word on the host (RFC 9112, section 3.2.2). */
function hostOf(request: IncomingMessage): string | undefined {
  const target = targetOf(request)
  const { host } = request.headers
  return target.startsWith('/') ? host : (/^https?:\/\/([^/?#]*)/i.exec(target)?.[1] ?? host)
}

/** RFC 9112, section 3.2. */
const notOneHost: Problem = invalidHeader('Host', 'has to be sent, and once')

/** Of several Node takes off `chunked` and leaves the others on the body (RFC 9112, section 6.1). */
function wrongCoding({ headers }: IncomingMessage): Problem | null {
  const coding = headers['transfer-encoding']
  if (coding === undefined || !/,\s*chunked$/i.test(coding)) return null
  return {
    code: 'not-supported',
    detail: `The Transfer-Encoding '${coding}' is not taken, only chunked. Use Content-Encoding.`,
  }
}

function refusal(ctx: HttpContext, caller: Caller, scope: Scope | 'public'): Problem | null {
  if (scope === 'public') return null
  if (scope === 'jobs:submit' && ctx.stopping.aborted) return shuttingDown
  if (ctx.auth.allows(caller, scope)) return null
  return {
    code: 'insufficient-scope',
    detail: `This credential does not allow ${scope}. Use one that does.`,
  }
}
