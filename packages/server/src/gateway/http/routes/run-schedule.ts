import type { Problem } from '@buzzer/contract'
import { scheduleTag } from '../../../core/schedule.ts'
import { scheduledCall } from '../../../engine/scheduled-call.ts'
import type { Operation } from '../../../ports/catalog.ts'
import type { AcceptSpan } from '../../../ports/tracing.ts'
import type { Answer } from '../answer/answer.ts'
import type { HttpContext } from '../context.ts'
import type { HttpRequest } from '../request/http-request.ts'
import type { Route } from '../route.ts'
import { refuse, submit } from '../submit.ts'
import { beginCall, endCall } from '../traced.ts'

/** Runs a scheduled operation now, besides its times and in the way in which they do. */
export const runSchedule: Route = {
  method: 'POST',
  path: '/v1/schedules/:operation/run',
  scope: 'jobs:submit',
  called: ({ catalog }, { params }) => catalog.operation(params['operation'] ?? '')?.name ?? null,
  async handle(ctx, request) {
    const name = request.params['operation'] ?? ''
    const operation = ctx.catalog.operation(name)
    if (operation === null || operation.policies.schedule === null) {
      return refuse(ctx, request, notScheduled(name))
    }
    if (request.body !== null) return refuse(ctx, request, noInput)
    const span = beginCall(ctx, request, operation)
    return endCall(span, runNow(ctx, request, operation, span))
  },
}

function runNow(
  ctx: HttpContext,
  request: HttpRequest,
  operation: Operation,
  span: AcceptSpan | null,
): Answer | Promise<Answer> {
  const call = scheduledCall(operation)
  if (call.kind === 'needs-input') return refuse(ctx, request, invalid(call.detail))
  return submit(ctx, request, { operation, input: call.input, span, tags: [scheduleTag] })
}

const notScheduled = (name: string): Problem => ({
  code: 'operation-not-found',
  detail: `There is no operation '${name}' with a schedule. GET /v1/schedules lists those there are.`,
})

const invalid = (detail: string): Problem => ({ code: 'validation-failed', detail })

const noInput: Problem = {
  code: 'validation-failed',
  detail: 'A schedule runs with no input; send no body, or submit a job of the operation instead.',
  errors: [{ pointer: '', detail: 'is not taken here' }],
}
