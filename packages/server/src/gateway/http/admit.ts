import type { IncomingMessage } from 'node:http'
import type { Problem } from '@buzzer/contract'
import type { Caller } from '../../core/scope.ts'
import type { Ticket } from '../../ports/auth.ts'
import { isProblem } from './answer/problem.ts'
import type { HttpContext } from './context.ts'
import type { Exchange } from './exchange.ts'
import { pathOf, targetOf } from './request/http-request.ts'
import { invalidHeader } from './request/header-problem.ts'
import type { Endpoint } from './route.ts'
import { shuttingDown } from './routes/health.ts'

/**
 * Finds out who asks, before anything of the body is read, and whether they may.
 *
 * @returns the caller, or why not; later only for a ticket, whose use is written down
 */
export function admit(
  ctx: HttpContext,
  { request, endpoint }: Pick<Exchange, 'request' | 'endpoint'>,
): Caller | Problem | Promise<Caller | Problem> {
  const { origin, authorization } = request.headers
  const host = hostOf(request)
  if (host === undefined || host.includes(',')) return notOneHost
  const caller = ctx.auth.authenticate({ host, origin, authorization })
  if (isProblem(caller)) return caller
  const wrong = wrongCoding(request)
  if (wrong !== null) return wrong
  const ticket = ticketOf(request, endpoint)
  if (ticket !== null) return admitTicket(ctx, ticket, endpoint)
  return refusal(ctx, caller, endpoint) ?? caller
}

/** A target in absolute form has the last word on the host (RFC 9112, section 3.2.2). */
function hostOf(request: IncomingMessage): string | undefined {
  const { url = '', headers } = request
  return url.startsWith('/')
    ? headers.host
    : (/^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? headers.host)
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

/** Whatever else somebody shows: who sends a ticket wants no more than it opens. */
function ticketOf(request: IncomingMessage, { ticket, scope }: Endpoint): string | null {
  const target = targetOf(request)
  if (!target.includes('ticket=') || ticket === 'ignored' || scope === 'public') return null
  return new URLSearchParams(target.slice(pathOf(target).length)).get('ticket')
}

function admitTicket(
  ctx: HttpContext,
  text: string,
  endpoint: Endpoint,
): Problem | Promise<Caller | Problem> {
  const ticket = ctx.tickets.read(text)
  if (ticket === null) return invalidTicket
  if (endpoint.ticket !== 'opens') return opensNothing
  const caller = callerOf(ctx, ticket)
  const refused = refusal(ctx, caller, endpoint)
  if (refused !== null) return refused
  return ctx.tickets.use(ticket).then((isUsable) => (isUsable ? caller : invalidTicket))
}

/** A job's token gave it: so it can do what that token can, and of that only this. */
function callerOf({ tokens }: HttpContext, ticket: Ticket): Caller {
  const { channel, tenant, client, byJobToken } = ticket
  const id = channel.slice(channel.indexOf('/') + 1) as Parameters<typeof tokens.issue>[0]
  return { tenant, client, jobToken: byJobToken ? tokens.issue(id) : null, ticket: channel }
}

const invalidTicket: Problem = {
  code: 'invalid-token',
  detail:
    'This ticket is none of this server, or it was not used in time. Get a new one: POST /v1/tickets.',
}

const opensNothing: Problem = {
  code: 'insufficient-scope',
  detail: 'A ticket opens the events of its channel and nothing else. Use a credential.',
}

function refusal(ctx: HttpContext, caller: Caller, { scope }: Endpoint): Problem | null {
  if (scope === 'public') return null
  if (scope === 'jobs:submit' && ctx.stopping.aborted) return shuttingDown
  const isAllowed =
    typeof scope === 'string'
      ? ctx.auth.allows(caller, scope)
      : scope.some((each) => ctx.auth.allows(caller, each))
  if (isAllowed) return null
  return {
    code: 'insufficient-scope',
    detail: `This credential does not allow ${[scope].flat().join(' or ')}. Use one that does.`,
  }
}
