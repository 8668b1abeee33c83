import { hash } from 'node:crypto'
import { publicPath, type Problem } from '@buzzer/contract'
import type { Input } from '../../../core/payload.ts'
import { defaultTenant } from '../../../core/scope.ts'
import type { Operation } from '../../../ports/catalog.ts'
import { json, type Answer } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import { jobPath } from '../../job-document.ts'
import type { HttpContext } from '../context.ts'
import { tooLong } from '../request/body-plan.ts'
import { defaultPriority, readTrace } from '../request/submission-headers.ts'
import {
  callByRoute,
  operationNotFound,
  unsupported,
  validationFailed,
} from '../routes/submit-job.ts'
import { refuse } from '../submit.ts'
import type { Delivery } from './delivery.ts'

/** Makes a job of a delivery: one, however often it comes. Who calls gets no token for it. */
export async function submitDelivery(
  ctx: HttpContext,
  delivery: Delivery,
  name: string,
): Promise<Answer> {
  const { request } = delivery
  const operation = ctx.catalog.operation(name)
  if (operation === null) return refuse(ctx, request, operationNotFound(name))
  const call = readCall(ctx, delivery, operation)
  if (isProblem(call)) return refuse(ctx, request, call)
  const accepted = await ctx.engine.accept({
    ...plain,
    ...call,
    operation,
    tags: [`hook:${delivery.hook.name}`],
    trace: readTrace(request.headers),
    callback: null,
    idempotency: keyOf(delivery),
  })
  if (accepted.kind !== 'refused') {
    const location = publicPath(ctx.publicUrl(), jobPath(accepted.job))
    return json(202, { job: accepted.job.id }, { ...headers, location })
  }
  // It was done; that nothing is left of it is not the sender's concern.
  if (accepted.problem.code === 'job-expired') return json(202, { job: null }, headers)
  return refuse(ctx, request, accepted.problem)
}

const headers = { 'cache-control': 'no-store' }

const plain = {
  tenant: defaultTenant,
  client: null,
  priority: defaultPriority,
  key: null,
  notBefore: null,
  deadlineAt: null,
}

/**
 * No caller's key has a line break, so that none can stand in for a delivery. Senders may write a
 * delivery anew when they send it again, so that its id alone decides.
 */
function keyOf({ hook, id }: Delivery) {
  const key = `hook\n${hook.name}\n${id}`
  return { key, requestHash: hash('sha256', key, 'buffer') }
}

interface Call {
  readonly input: Input | null
  readonly value?: unknown
}

function readCall(
  ctx: HttpContext,
  { request, body, json: parsed }: Delivery,
  operation: Operation,
): Call | Problem {
  if (operation.call.kind === 'routed') return callByRoute(operation, operation.call)
  const long = tooLong(ctx, operation, request)
  if (long !== null) return long
  if (body.byteLength > 0 && parsed === null)
    return unsupported(request.headers['content-type'] ?? '')
  if (parsed?.kind === 'problem') return parsed.problem
  const errors = operation.call.check(parsed?.value)
  if (errors.length > 0) return validationFailed(errors)
  return parsed === null
    ? { input: null }
    : { input: { mediaType: 'application/json', body, request: null }, value: parsed.value }
}
