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
import { isProblem } from './answer/problem.ts'
import { send } from './answer/send.ts'
import type { HttpContext } from './context.ts'
import { faultProblem } from './fault.ts'
import { createBrokenRequestHandler, createTunnelRefusal } from './broken-request.ts'
import { invalidHeader } from './request/header-problem.ts'
import { createHttpRequest, type HttpRequest } from './request/http-request.ts'
import type { Route } from './route.ts'
import { callService, callServiceScope, noSuchRoute, wrongMethod } from './routes/call-service.ts'
import { shuttingDown } from './routes/health.ts'
import { routes } from './routes/index.ts'
import { createRouteIndex } from './route-index.ts'
import { refuse } from './submit.ts'

/** The HTTP edge; whoever made it listens and closes it. */
export function createHttpServer(ctx: HttpContext): FastifyInstance {
  const server = fastify({
    // Of two Node would keep the first, and without a Host it would answer by itself.
    http: { joinDuplicateHeaders: true, requireHostHeader: false },
    bodyLimit: ctx.limits.bodyBytes,
    requestTimeout: 60_000,
    keepAliveTimeout: 72_000,
    routerOptions: { maxParamLength: 1_024 },
    frameworkErrors: (error, request, reply) => void answerFault(ctx, error, request, reply),
    clientErrorHandler: createBrokenRequestHandler(ctx.publicUrl),
    // A drain answers what is under way and then closes; see the hook below.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
  })
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body))
  server.decorateRequest(callerName, null)
  server.server.on('connect', createTunnelRefusal(ctx.publicUrl))
  // An expectation that nobody knows may be passed over (RFC 9110, section 10.1.1).
  server.server.on('checkExpectation', (request, response) => server.routing(request, response))
  server.setErrorHandler((error: FastifyError, request, reply) =>
    answerFault(ctx, error, request, reply),
  )
  for (const route of routes) addRoute(ctx, server, route)
  addEverythingElse(ctx, server)
  return server
}

/** Lets requests in before their bodies are read, or answers them at once. */
const admission =
  (ctx: HttpContext, scope: Scope | 'public'): onRequestHookHandler =>
  (request, reply, done) => {
    if (ctx.stopping.aborted) reply.raw.setHeader('connection', 'close')
    const { origin, authorization } = request.headers
    const host = hostOf(request)
    const caller =
      host === undefined || host.includes(',')
        ? notOneHost
        : ctx.auth.authenticate({ host, origin, authorization })
    const problem = isProblem(caller) ? caller : refusal(ctx, caller, scope)
    request.setDecorator(callerName, caller)
    if (problem === null) done()
    else void send(ctx.stopping, reply, refuse(ctx, bare(request, reply), problem))
  }

/** A target in absolute form has the last word on the host (RFC 9112, section 3.2.2). */
const hostOf = ({ url, headers }: FastifyRequest): string | undefined =>
  url.startsWith('/') ? headers.host : (/^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? headers.host)

/** RFC 9112, section 3.2. */
const notOneHost: Problem = invalidHeader('Host', 'has to be sent, and once')

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
const bare = (request: FastifyRequest, reply: FastifyReply): HttpRequest =>
  createHttpRequest(request, reply.raw, { tenant: '', client: null, jobToken: null })

const admitted = (request: FastifyRequest, reply: FastifyReply): HttpRequest =>
  createHttpRequest(request, reply.raw, request.getDecorator<Caller>(callerName))

function addRoute(ctx: HttpContext, server: FastifyInstance, route: Route): void {
  server.route({
    method: route.method,
    url: route.path,
    onRequest: admission(ctx, route.scope),
    handler: async (request, reply) => {
      await send(ctx.stopping, reply, await route.handle(ctx, admitted(request, reply)))
      return reply
    },
  })
}

/** Calls of wrapped APIs, which know their own routes; and what is nowhere. */
function addEverythingElse(ctx: HttpContext, server: FastifyInstance): void {
  const index = createRouteIndex(routes)
  for (const method of METHODS)
    if (!server.supportedMethods.includes(method)) addMethod(server, method)
  server.route({
    method: server.supportedMethods,
    url: '/*',
    exposeHeadRoute: false,
    onRequest: admission(ctx, callServiceScope),
    handler: async (request, reply) => {
      const admittedRequest = admitted(request, reply)
      const answer = await callService(ctx, admittedRequest)
      await send(
        ctx.stopping,
        reply,
        answer ?? nowhere(ctx, index.allowed(request.url), admittedRequest),
      )
      return reply
    },
  })
}

const nowhere = (ctx: HttpContext, allow: readonly string[], request: HttpRequest) =>
  // A route that takes the method and was not met has a parameter that cannot be one.
  allow.length > 0 && !allow.includes(request.method)
    ? wrongMethod(ctx, request, allow)
    : refuse(ctx, request, noSuchRoute(request))

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
  await send(ctx.stopping, reply, refuse(ctx, bare(request, reply), problem))
}
