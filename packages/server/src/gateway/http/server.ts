import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Problem } from '@buzzer/contract'
import type { Caller } from '../../core/scope.ts'
import { admit } from './admit.ts'
import { statusOf } from './answer/answer.ts'
import { varying } from './answer/varying.ts'
import { isProblem } from './answer/problem.ts'
import { send } from './answer/send.ts'
import { createBrokenRequestHandler, createTunnelRefusal } from './broken-request.ts'
import { dropStalled, inTurn, watchConnections } from './connection.ts'
import type { HttpContext } from './context.ts'
import type { Exchange } from './exchange.ts'
import { faultProblem } from './fault.ts'
import { askForBody, passOverBody, refuseOverload, sendShed } from './overload.ts'
import { planOf } from './request/body-plan.ts'
import { hasBody, refuseMediaType } from './request/has-body.ts'
import { methodOf, targetOf, createHttpRequest } from './request/http-request.ts'
import { createBodyReader, patienceMs, type BodyReader } from './request/read-body.ts'
import { createRouter } from './router.ts'
import { routes } from './routes/index.ts'
import { refuse } from './submit.ts'
import { createHandshake } from '../websocket/handshake.ts'
import type { Body } from '../../core/payload.ts'

const requestTimeoutMs = 60_000
const keepAliveTimeoutMs = 72_000

/** The HTTP edge; whoever made it listens and closes it. */
export interface HttpEdge {
  readonly server: Server
  /** Takes no connection any more. @returns when all that was asked for is answered */
  close(): Promise<void>
}

export function createHttpServer(ctx: HttpContext): HttpEdge {
  const router = createRouter(routes)
  const handshake = createHandshake(ctx, router)
  const readBody = createBodyReader(ctx, (exchange) => {
    const plan = planOf(ctx, exchange)
    // Node bounds whole requests; a large body has a bound of its own, and needs that room.
    server.requestTimeout = Math.max(server.requestTimeout, patienceMs(plan.maxBytes))
    return plan
  })
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const { endpoint, params } = router.find(methodOf(request), targetOf(request))
    const exchange = { request, response, endpoint, params }
    letIn(ctx, exchange, (caller) => take(ctx, exchange, readBody, caller))
  }
  const server = createServer(
    {
      // Of two Node would keep the first, and without a Host it would answer by itself.
      joinDuplicateHeaders: true,
      requireHostHeader: false,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveTimeoutMs,
      // Whatever else somebody wants to change to is passed over (RFC 9110, section 7.8).
      shouldUpgradeCallback: handshake.isMeant,
    },
    serve,
  )
  dropStalled(server)
  server.on('clientError', createBrokenRequestHandler(ctx.publicUrl))
  server.on('connect', createTunnelRefusal(ctx.publicUrl))
  server.on('upgrade', handshake.take)
  // A body is asked for when its caller has been let in.
  server.on('checkContinue', serve)
  // An expectation that nobody knows may be passed over (RFC 9110, section 10.1.1).
  server.on('checkExpectation', serve)
  return { server, close: watchConnections(server) }
}

/** Lets a request in before its body is read, or answers it at once. */
function letIn(ctx: HttpContext, exchange: Exchange, goOn: (caller: Caller) => void): void {
  const admitted = admit(ctx, exchange)
  if (!(admitted instanceof Promise)) return goOnAs(ctx, exchange, admitted, goOn)
  admitted.then(
    (caller) => goOnAs(ctx, exchange, caller, goOn),
    (fault: unknown) => answerFault(ctx, exchange, fault),
  )
}

function goOnAs(
  ctx: HttpContext,
  exchange: Exchange,
  caller: Caller | Problem,
  goOn: (caller: Caller) => void,
): void {
  const { response } = exchange
  if (isProblem(caller)) return refuseUnread(ctx, exchange, caller)
  const shed = refuseOverload(ctx, exchange)
  if (shed !== null) return sendShed(ctx, exchange, shed)
  inTurn(response, () => {
    askForBody(exchange)
    goOn(caller)
  })
}

function take(ctx: HttpContext, exchange: Exchange, readBody: BodyReader, caller: Caller): void {
  const { request } = exchange
  if (!hasBody(request)) return void answer(ctx, exchange, caller, null)
  const problem = refuseMediaType(request)
  if (problem !== null) return refuseUnread(ctx, exchange, problem)
  readBody(exchange, (fault, body) => {
    if (fault === null) void answer(ctx, exchange, caller, body ?? null)
    else answerFault(ctx, exchange, fault)
  })
}

async function answer(
  ctx: HttpContext,
  exchange: Exchange,
  caller: Caller,
  body: Body | null,
): Promise<void> {
  const began = ctx.clock.monotonic()
  const { endpoint, response } = exchange
  try {
    const making = endpoint.handle(ctx, createHttpRequest(exchange, caller, body))
    // What had to be waited for comes together with others already.
    if (!(making instanceof Promise)) await ctx.turnEnd()
    const given = varying(endpoint, await making)
    ctx.telemetry.answered(endpoint.name, statusOf(given), ctx.clock.monotonic() - began)
    const sending = send(ctx, response, given)
    // Most answers are written by now, and to wait for nothing takes a turn too.
    if (sending !== undefined) await sending
  } catch (fault) {
    answerFault(ctx, exchange, fault)
  }
}

function answerFault(ctx: HttpContext, exchange: Exchange, fault: unknown): void {
  const problem = faultProblem(ctx, fault)
  // What has begun can only be cut off; its reader sees that by its length.
  if (exchange.response.headersSent) exchange.response.destroy()
  else refuseUnread(ctx, exchange, problem)
}

/** Refuses a request whose body nobody has read, or not all of it. */
function refuseUnread(ctx: HttpContext, exchange: Exchange, problem: Problem): void {
  const { request, response, endpoint } = exchange
  if (!request.complete) passOverBody(ctx, exchange)
  // Nobody knows whether a job names its body.
  const refused = refuse(ctx, { target: targetOf(request), blob: null }, problem)
  const refusal = varying(endpoint, refused)
  ctx.telemetry.answered(endpoint.name, statusOf(refusal), 0)
  void send(ctx, response, refusal)
}
