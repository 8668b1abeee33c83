import type { DeadLetterCount, Problem } from '@buzzer/contract'
import { formatTime } from '../../../core/time.ts'
import type { SteeredMany } from '../../../engine/dead-letters.ts'
import { json, type Answer } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import { readDeadLetterOrder } from '../request/dead-letter-order.ts'
import type { HttpRequest } from '../request/http-request.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** Runs the dead letters that a filter names again, the oldest first, at a rate if one is given. */
export const retryDeadLetters: Route = {
  method: 'POST',
  path: '/v1/dead-letters/retry',
  scope: 'jobs:admin',
  async handle(ctx, request) {
    const order = await readDeadLetterOrder(ctx, request, 'retry')
    if (isProblem(order)) return refuse(ctx, request, order)
    const signal = endOf(ctx, request)
    return counted(202, await ctx.engine.deadLetters.retry({ ...order, signal }))
  },
}

/** Erases the dead letters that a filter names; all of them only where that is said. */
export const discardDeadLetters: Route = {
  method: 'POST',
  path: '/v1/dead-letters/discard',
  scope: 'jobs:admin',
  async handle(ctx, request) {
    const order = await readDeadLetterOrder(ctx, request, 'discard')
    if (isProblem(order)) return refuse(ctx, request, order)
    if (!order.isExplicit) return refuse(ctx, request, whichOnes)
    const signal = endOf(ctx, request)
    return counted(200, await ctx.engine.deadLetters.discard({ ...order, signal }))
  },
}

const whichOnes: Problem = {
  code: 'validation-failed',
  detail:
    'A discard cannot be taken back, so it has to say what it means: send a filter such as ' +
    '{"operation":"render-report"}, or {"all":true} to discard all dead letters.',
  errors: [{ pointer: '', detail: 'has neither a filter nor `all`' }],
}

/** Nobody is told the count any more; what is done by then is done. */
const endOf = (ctx: HttpContext, request: HttpRequest): AbortSignal =>
  AbortSignal.any([request.closed(), ctx.stopping])

function counted(status: number, { count, more, until }: SteeredMany): Answer {
  const document: DeadLetterCount = {
    count,
    ...(more ? { more } : {}),
    ...(until === null ? {} : { until: formatTime(until) }),
  }
  return json(status, document, { 'cache-control': 'no-store' })
}
