import type { IncomingMessage } from 'node:http'
import { statusOf, type Answer } from './answer/answer.ts'
import { problemAnswer } from './answer/problem.ts'
import { send } from './answer/send.ts'
import { lingerMs } from './connection.ts'
import type { HttpContext } from './context.ts'
import type { Exchange } from './exchange.ts'
import { methodOf, targetOf, pathOf } from './request/http-request.ts'

/**
 * A call that is refused, and when it is told so, in milliseconds from now. Each connection waits
 * for its answer, so that no more than connections wait.
 */
interface Shed {
  readonly answer: Answer
  readonly afterMs: number
}

/**
 * Refuses a call while too much of its operation waits already, by nothing but its method and path:
 * nothing of its body is kept. That holds for a repeated call too, whose job may be there: only its
 * body would tell.
 *
 * @returns null where the call may come in
 */
export function refuseOverload(ctx: HttpContext, exchange: Exchange): Shed | null {
  const { called, name } = exchange.endpoint
  if (called === undefined || ctx.engine.admission.isOpen) return null
  const { request, params } = exchange
  const target = targetOf(request)
  const operation = called(ctx, { method: methodOf(request), target, params })
  const refused = operation === null ? null : ctx.engine.admission.refusal(operation)
  if (refused === null) return null
  const { problem, retryAfter, holdMs } = refused
  ctx.telemetry.rejected(problem.code)
  const headers = { 'retry-after': `${retryAfter}`, 'vary': 'Prefer' }
  const answer = problemAnswer(ctx.publicUrl(), problem, pathOf(target), headers)
  ctx.telemetry.answered(name, statusOf(answer), 0)
  return { answer, afterMs: holdMs }
}

/** A body up to this size is passed over faster than its caller connects anew. */
const smallBytes = 65_536

/** Sends the refusal when it is time. */
export function sendShed(ctx: HttpContext, exchange: Exchange, { answer, afterMs }: Shed): void {
  const { response } = exchange
  passOverBody(ctx, exchange)
  const sendNow = (): void => void send(ctx, response, answer)
  if (afterMs === 0) void ctx.turnEnd().then(sendNow)
  else ctx.clock.after(afterMs, sendNow)
}

/**
 * Sees to the body of a request that was answered without it. Node passes over what comes; after a
 * large one, which need not come to an end at all, the connection is closed, but not at once: data
 * that comes after a close is answered with a reset, and that can overtake the answer.
 */
export function passOverBody({ clock }: HttpContext, { request, response }: Exchange): void {
  if (isSmall(request)) return
  response.once('finish', () => {
    const callOff = clock.after(lingerMs, () => {
      if (!request.complete) request.socket.destroy()
    })
    request.once('close', callOff)
  })
}

const isSmall = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) <= smallBytes

/** Tells a caller that waits for it to send its body (RFC 9110, section 10.1.1). */
export function askForBody({ request, response }: Exchange): void {
  const { expect } = request.headers
  if (expect !== undefined && /^100-continue$/i.test(expect)) response.writeContinue()
}
