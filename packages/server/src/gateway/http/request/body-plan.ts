import { formatBytes } from '../../../core/bytes.ts'
import type { Problem } from '@buzzer/contract'
import type { IncomingHttpHeaders } from 'node:http'
import type { Operation } from '../../../ports/catalog.ts'
import type { HttpContext } from '../context.ts'
import type { Exchange } from '../exchange.ts'
import { methodOf, targetOf, type HttpRequest } from './http-request.ts'

/** How the body of a request is taken, by what is known before it comes. */
export interface BodyPlan {
  readonly maxBytes: number
  /** Whether a large one is kept apart as it comes, never whole in memory. */
  readonly apart: boolean
  /** What to say of a larger one. */
  tooLarge(): Problem
}

/** JSON and forms are read whole to be checked; more than this is not, in bytes. */
const checkedAtMost = 16_777_216

/** Documents of real APIs stay below this, in bytes. */
export const maxDocumentBytes = 33_554_432

/** @param own what the route itself takes at most; without one, what the server does */
export const plainPlan = (ctx: HttpContext, own?: number): BodyPlan =>
  limitedTo(own ?? ctx.limits.bodyBytes, 'limits.body')

/** The body of an operation's call is taken as the operation has it, any other as its route has. */
export function planOf(ctx: HttpContext, { request, endpoint, params }: Exchange): BodyPlan {
  const { called, maxBodyBytes } = endpoint
  const asked = { method: methodOf(request), target: targetOf(request), params }
  const name = called?.(ctx, asked) ?? null
  const operation = name === null ? null : ctx.catalog.operation(name)
  return operation === null
    ? plainPlan(ctx, maxBodyBytes)
    : operationPlan(ctx, operation, request.headers)
}

export function operationPlan(
  ctx: HttpContext,
  { name, policies, call }: Operation,
  headers: IncomingHttpHeaders,
): BodyPlan {
  const own = policies.limits.bodyBytes
  const where = own === null ? 'limits.body' : `limits.body of ${name}`
  const plan = limitedTo(own ?? ctx.limits.bodyBytes, where)
  if (call.kind === 'named') return plan
  const whole = call.readsWhole(headers['content-type'] ?? null)
  if (!whole) return { ...plan, apart: true }
  return plan.maxBytes <= checkedAtMost
    ? plan
    : limitedTo(checkedAtMost, 'what can be checked against a schema')
}

/** What was small enough for the server may be too large for the operation. */
export function tooLong(
  ctx: HttpContext,
  operation: Operation,
  { body, headers }: HttpRequest,
): Problem | null {
  if (body === null || operation.policies.limits.bodyBytes === null) return null
  const plan = operationPlan(ctx, operation, headers)
  return body.byteLength > plan.maxBytes ? plan.tooLarge() : null
}

export const isEncoded = (headers: IncomingHttpHeaders): boolean =>
  (headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity'

const limitedTo = (maxBytes: number, where: string): BodyPlan => ({
  maxBytes,
  apart: false,
  tooLarge: () => ({
    code: 'payload-too-large',
    detail: `The body is larger than ${formatBytes(maxBytes)} (${where}).`,
  }),
})
