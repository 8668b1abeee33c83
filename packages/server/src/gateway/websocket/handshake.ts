import { ServerResponse, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { parseSequence, type Problem } from '@buzzer/contract'
import type { Caller } from '../../core/scope.ts'
import { admit } from '../http/admit.ts'
import type { AnswerHeaders } from '../http/answer/answer.ts'
import { flat } from '../http/answer/flat.ts'
import { isProblem, problemAnswer } from '../http/answer/problem.ts'
import type { HttpContext } from '../http/context.ts'
import { answerUnderWay, letGo } from '../http/connection.ts'
import { faultProblem } from '../http/fault.ts'
import { attend, isAttendanceProblem } from '../http/request/attendance.ts'
import { findChannel } from '../http/request/find-channel.ts'
import { refuseParameters } from '../http/request/known-parameters.ts'
import { invalidHeader, invalidParameter } from '../http/request/header-problem.ts'
import { methodOf, pathOf, targetOf } from '../http/request/http-request.ts'
import type { SocketProtocol } from '../http/route.ts'
import type { Met, Router } from '../http/router.ts'
import { shuttingDown } from '../http/routes/health.ts'
import { createEventSession, type EventSessionParts } from './event-session.ts'
import { createSession } from './session.ts'
import { createSockets, socketsAtMost, type Sockets } from './sockets.ts'

/** What an HTTP server does with requests to open a WebSocket (RFC 6455, section 4). */
export interface Handshake {
  /** Whether a request wants one where there is one; any other goes on as if it wanted nothing. */
  isMeant(request: IncomingMessage): boolean
  take(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

export function createHandshake(ctx: HttpContext, router: Router): Handshake {
  const sockets = createSockets(ctx)
  return {
    isMeant: (request) =>
      methodOf(request) === 'GET' &&
      request.headers.upgrade?.toLowerCase() === 'websocket' &&
      router.find('GET', targetOf(request)).endpoint.socket !== undefined,
    take(request, socket, head) {
      socket.on('error', () => socket.destroy())
      // An answer that is under way would be written into the new protocol.
      if (answerUnderWay(socket) !== null) return void socket.destroy()
      const handshake: Asked = { request, socket, head, met: router.find('GET', targetOf(request)) }
      letIn(ctx, sockets, handshake)
    },
  }
}

interface Asked {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
  readonly met: Met
}

function letIn(ctx: HttpContext, sockets: Sockets, asked: Asked): void {
  const began = ctx.clock.monotonic()
  const { request, met } = asked
  const goOn = (caller: Caller | Problem): void => {
    const refused = isProblem(caller) ? { problem: caller } : open(ctx, sockets, asked, caller)
    if (refused !== null) return refuse(ctx, asked, refused)
    ctx.telemetry.answered(met.endpoint.name, 101, ctx.clock.monotonic() - began)
  }
  const admitted = admit(ctx, { request, endpoint: met.endpoint })
  if (!(admitted instanceof Promise)) return goOn(admitted)
  admitted.then(goOn, (fault: unknown) => goOn(faultProblem(ctx, fault)))
}

interface Refused {
  readonly problem: Problem
  readonly headers?: AnswerHeaders
}

/** @returns why not; null where it is open */
function open(ctx: HttpContext, sockets: Sockets, asked: Asked, caller: Caller): Refused | null {
  const { request, socket, head, met } = asked
  const { socket: protocol = 'buzzer.v1', scope } = met.endpoint
  const wrong = wrongHandshake(request, protocol)
  if (wrong !== null) return wrong
  if (ctx.stopping.aborted) return { problem: shuttingDown }
  if (sockets.count() >= socketsAtMost) return { problem: tooManySockets }
  const scopes = [scope].flat()
  const isAllowed = (): boolean =>
    scopes.some((each) => each !== 'public' && ctx.auth.allows(caller, each))
  const upgrade = { request, socket, head, protocol, isAllowed }
  if (protocol === 'buzzer.v1') {
    const converse = (wire: Parameters<typeof createSession>[0]['wire']) =>
      createSession({ ctx, caller, wire, soon: setImmediate })
    sockets.open({ ...upgrade, converse })
    return null
  }
  const wish = readWish(ctx, caller, asked)
  if (isProblem(wish)) return { problem: wish }
  sockets.open({
    ...upgrade,
    converse: (wire) => createEventSession({ ctx, caller, wire, soon: setImmediate, ...wish }),
  })
  return null
}

/** RFC 9110, section 5.6.2. */
const token = /^[!#$%&'*+\-.^_`|~\w]+$/
const keyPattern = /^[+/0-9A-Za-z]{22}==$/

/** Of the offered protocols one has to be ours; none at all is no reason to refuse anybody. */
function wrongHandshake({ headers }: IncomingMessage, protocol: SocketProtocol): Refused | null {
  if (headers['sec-websocket-version'] !== '13') return otherVersion
  if (!keyPattern.test(headers['sec-websocket-key'] ?? '')) {
    return { problem: invalidHeader('Sec-WebSocket-Key', 'has to be 16 bytes in Base64') }
  }
  const offered = headers['sec-websocket-protocol']
  if (offered === undefined) return null
  const names = offered.split(',').map((each) => each.trim())
  const areNames = names.every((each) => token.test(each)) && new Set(names).size === names.length
  if (areNames && names.includes(protocol)) return null
  const problem = invalidHeader(
    'Sec-WebSocket-Protocol',
    `takes ${protocol} here; send each name once`,
  )
  return { problem }
}

const otherVersion: Refused = {
  problem: { code: 'upgrade-required', detail: 'Version 13 of the protocol is spoken (RFC 6455).' },
  headers: { 'upgrade': 'websocket', 'sec-websocket-version': '13' },
}

const tooManySockets: Problem = {
  code: 'overloaded',
  detail: `This node has ${socketsAtMost} WebSockets open, and more are refused. Try again later.`,
}

/** What is asked for in the query of a channel's WebSocket. */
function readWish(
  ctx: HttpContext,
  caller: Caller,
  { request, met }: Asked,
): Pick<EventSessionParts, 'place' | 'since' | 'enter'> | Problem {
  const target = targetOf(request)
  const query = new URLSearchParams(target.slice(pathOf(target).length))
  const wrong = refuseParameters(query, ['since', 'as', 'ticket'])
  if (wrong !== null) return wrong
  const text = query.get('since')
  const since = text === null ? null : parseSequence(text)
  if (text !== null && since === null) {
    return invalidParameter('since', 'takes the sequence of an event of ours')
  }
  const place = findChannel(ctx, { params: met.params, caller })
  if (isProblem(place)) return place
  const enter = attend(ctx, place, query.get('as'))
  return isAttendanceProblem(enter) ? enter : { place, since, enter }
}

/** Answers as any request is answered, on a socket that is no request's any more. */
function refuse(ctx: HttpContext, { request, socket, met }: Asked, refused: Refused): void {
  const { problem, headers = {} } = refused
  ctx.telemetry.rejected(problem.code)
  const answer = problemAnswer(ctx.publicUrl(), problem, pathOf(targetOf(request)), headers)
  ctx.telemetry.answered(met.endpoint.name, answer.status, 0)
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0])
  response.once('finish', () => letGo(socket))
  const body = answer.body ?? ''
  response.writeHead(answer.status, flat(answer.headers, String(Buffer.byteLength(body))))
  response.end(body)
}
