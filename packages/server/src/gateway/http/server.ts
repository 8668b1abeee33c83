import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type onRequestHookHandler,
} from 'fastify'
import { METHODS } from 'node:http'
import type { Problem } from '@buzzer/contract'
import type { Caller, Scope } from '../../core/scope.ts'
import type { Answer } from './answer/answer.ts'
import { isProblem } from './answer/problem.ts'
import { send } from './answer/send.ts'
import type { HttpContext } from './context.ts'
import { faultProblem } from './fault.ts'
import { createBrokenRequestHandler, createTunnelRefusal } from './broken-request.ts'
import { dropStalled, inTurn } from './connection.ts'
import { invalidHeader } from './request/header-problem.ts'
import { lacksName, nowhere } from './nowhere.ts'
import { askForBody, passOverBody, refuseOverload, sendShed } from './overload.ts'
import { operationPlan, plainPlan, type BodyPlan } from './request/body-plan.ts'
import { createHttpRequest, type HttpRequest } from './request/http-request.ts'
import { createBodyReader, patienceMs } from './request/read-body.ts'
import type { Called, Route } from './route.ts'
import { calledByRoute, callService, callServiceScope } from './routes/call-service.ts'
import { shuttingDown } from './routes/health.ts'
import { routes } from './routes/index.ts'
import { refuse } from './submit.ts'

/** The HTTP edge; whoever made it listens and closes it. */
export function createHttpServer(ctx: HttpContext): FastifyInstance {
  const server = fastify({
    // Of two Node would keep the first, and without a Host it would answer by itself.
    http: { joinDuplicateHeaders: true, requireHostHeader: false },
    requestTimeout: 60_000,
    keepAliveTimeout: 72_000,
    routerOptions: { maxParamLength: 1_024 },
    frameworkErrors: (error, request, reply) => void answerFault(ctx, error, request, reply),
    clientErrorHandler: createBrokenRequestHandler(ctx.publicUrl),
    // A drain answers what is under way and then closes; see the hook below.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
  })
  dropStalled(server.server)
  server.removeAllContentTypeParsers()
  const planOf = bodyPlanner(ctx)
  const readBody = createBodyReader(ctx, (request) => {
    const plan = planOf(request)
    // Node bounds whole requests; a large body has a bound of its own, and needs that room.
    server.server.requestTimeout = Math.max(server.server.requestTimeout, patienceMs(plan.maxBytes))
    return plan
  })
  server.addContentTypeParser('*', readBody)
  server.decorateRequest(callerName, null)
  server.server.on('connect', createTunnelRefusal(ctx.publicUrl))
  // A body is asked for when its caller has been let in.
  server.server.on('checkContinue', (request, response) => server.routing(request, response))
  // An expectation that nobody knows may be passed over (RFC 9110, section 10.1.1).
  server.server.on('checkExpectation', (request, response) => server.routing(request, response))
  server.setErrorHandler((error: FastifyError, request, reply) =>
    answerFault(ctx, error, request, reply),
  )
  for (const route of routes) addRoute(ctx, server, route)
  addEverythingElse(ctx, server)
  return server
}

/** How the body of each route is taken. */
function bodyPlanner(ctx: HttpContext): (request: FastifyRequest) => BodyPlan {
  const own = new Map(
    routes.map(({ method, path, maxBodyBytes }) => [`${method} ${path}`, maxBodyBytes]),
  )
  const called = new Map(routes.map((route) => [`${route.method} ${route.path}`, route.called]))
  return (request) => {
    const { method, url: target, headers, routeOptions } = request
    const name = `${method} ${routeOptions.url}`
    const params = request.params as Readonly<Record<string, string>>
    const operation = (called.get(name) ?? calledByRoute)(ctx, { method, target, params })
    const found = operation === null ? null : ctx.catalog.operation(operation)
    return found === null ? plainPlan(ctx, own.get(name)) : operationPlan(ctx, found, headers)
  }
}

/** Lets requests in before their bodies are read, or answers them at once. */
const admission =
  (ctx: HttpContext, scope: Scope | 'public', called?: Called): onRequestHookHandler =>
  (request, reply, done) => {
    if (ctx.stopping.aborted) reply.raw.setHeader('connection', 'close')
    const { origin, authorization } = request.headers
    const host = hostOf(request)
    const caller =
      host === undefined || host.includes(',')
        ? notOneHost
        : ctx.auth.authenticate({ host, origin, authorization })
    const problem = isProblem(caller)
      ? caller
      : (wrongCoding(request.headers) ?? refusal(ctx, caller, scope))
    request.setDecorator(callerName, caller)
    const shed = problem === null ? refuseOverload(ctx, request, called) : null
    if (problem !== null) {
      passOverBody(ctx, request, reply)
      void send(ctx.stopping, reply, refuse(ctx, bare(request, reply), problem))
    } else if (shed === null) {
      inTurn(reply, () => {
        askForBody(request, reply)
        done()
      })
    } else {
      sendShed(ctx, request, reply, shed)
    }
  }

/** A target in absolute form has the last word on the host (RFC 9112, section 3.2.2). */
const hostOf = ({ url, headers }: FastifyRequest): string | undefined =>
  url.startsWith('/') ? headers.host : (/^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? headers.host)

/** RFC 9112, section 3.2. */
const notOneHost: Problem = invalidHeader('Host', 'has to be sent, and once')

/** Of several Node takes off `chunked` and leaves the others on the body (RFC 9112, section 6.1). */
function wrongCoding({ 'transfer-encoding': coding }: FastifyRequest['headers']): Problem | null {
  if (coding === undefined || !/,\s*chunked$/i.test(coding)) return null
  return {
    code: 'not-supported',
    detail: `The Transfer-Encoding '${coding}' is not taken, only chunked. Use Content-Encoding.`,
  }
}

/** Where a request that was let in carries who sent it. */
const callerName = 'caller'

function refusal(ctx: HttpContext, caller: Caller, scope: Scope | 'public') {
  if (scope === 'public') return null
  if (scope === 'jobs:submit' && ctx.stopping.aborted) return shuttingDown
  if (ctx.auth.allows(caller, scope)) return null
  return {
    code: 'insufficient-scope',
    detail: `This credential does not allow ${scope}. Use one that does.`,
  }
}

/** What a refusal needs to know of a request that nobody has been let in with. */
const bare = (request: FastifyRequest, reply: FastifyReply): HttpRequest => ({
  ...createHttpRequest(request, reply.raw, { tenant: '', client: null, jobToken: null }),
  // After a fault nobody knows whether a job names it.
  blob: null,
})

const admitted = (request: FastifyRequest, reply: FastifyReply): HttpRequest =>
  createHttpRequest(request, reply.raw, request.getDecorator<Caller>(callerName))

function addRoute(ctx: HttpContext, server: FastifyInstance, route: Route): void {
  const name = `${route.method} ${route.path}`
  server.route({
    method: route.method,
    url: route.path,
    onRequest: admission(ctx, route.scope, route.called),
    handler: async (request, reply) => {
      const began = ctx.clock.monotonic()
      const admittedRequest = admitted(request, reply)
      const answer = lacksName(route.path, request.url)
        ? nowhere(ctx, admittedRequest)
        : await route.handle(ctx, admittedRequest)
      count(ctx, name, answer, began)
      await send(ctx.stopping, reply, answer)
      return reply
    },
  })
}

/** Its paths are callers' own, so that in the metrics they share one name. */
const everythingElse = 'wrapped'

const count = (ctx: HttpContext, route: string, answer: Answer, began: number): void =>
  ctx.telemetry.answered(route, statusOf(answer), ctx.clock.monotonic() - began)

/** The name of the route of a request that met a fault on its way. */
const routeOf = ({ method, routeOptions }: FastifyRequest): string =>
  routeOptions?.url === undefined || routeOptions.url === '/*'
    ? everythingElse
    : `${method} ${routeOptions.url}`

const statusOf = (answer: Answer): number => (answer.kind === 'stream' ? 200 : answer.status)

/** Calls of wrapped APIs, which know their own routes; and what is nowhere. */
function addEverythingElse(ctx: HttpContext, server: FastifyInstance): void {
  for (const method of METHODS)
    if (!server.supportedMethods.includes(method)) addMethod(server, method)
  server.route({
    method: server.supportedMethods,
    url: '/*',
    exposeHeadRoute: false,
    onRequest: admission(ctx, callServiceScope, calledByRoute),
    handler: async (request, reply) => {
      const began = ctx.clock.monotonic()
      const admittedRequest = admitted(request, reply)
      const answer = (await callService(ctx, admittedRequest)) ?? nowhere(ctx, admittedRequest)
      count(ctx, everythingElse, answer, began)
      await send(ctx.stopping, reply, answer)
      return reply
    },
  })
}

function addMethod(server: FastifyInstance, method: string): void {
  if (method !== 'CONNECT') server.addHttpMethod(method, { hasBody: method === 'QUERY' })
}

async function answerFault(
  ctx: HttpContext,
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const problem = faultProblem(ctx, error)
  if (!request.raw.complete) passOverBody(ctx, request, reply)
  const answer = refuse(ctx, bare(request, reply), problem)
  ctx.telemetry.answered(routeOf(request), statusOf(answer), reply.elapsedTime)
  await send(ctx.stopping, reply, answer)
}
