import { parseJobId, type JobId, type Problem } from '@buzzer/contract'
import { publicState } from '../../../core/job.ts'
import { passes } from '../../../core/value-at.ts'
import type { FinishOrder } from '../../../engine/finish.ts'
import type { VerifiedHook } from '../../../ports/hooks.ts'
import { json, type Answer } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import { readDelivery, type Delivery } from '../hook/delivery.ts'
import { signatureInvalid, verifyCall } from '../hook/verify.ts'
import type { HttpRequest } from '../request/http-request.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'
import { shuttingDown } from './health.ts'
import { hookNotFound } from './receive-hook.ts'

/**
 * Takes the word of an upstream that what it was asked for is done. The token in the address was
 * given to it with its call, and ends this run of this job and nothing else; where the hook says how
 * calls are signed, they have to be signed as well.
 */
export const finishByHook: Route = {
  method: 'POST',
  path: '/v1/hooks/:hook/:job/:token',
  scope: 'public',
  async handle(ctx, request) {
    const { hook: name = '', job = '', token = '' } = request.params
    const hook = ctx.hooks.find(name)
    if (hook?.action.kind !== 'finish') return refuse(ctx, request, hookNotFound(name))
    const id = parseJobId(job)
    const run = id === null ? null : ctx.hookTokens.runOf(name, id, token)
    if (id === null || run === null) return refuse(ctx, request, wrongToken)
    if (ctx.stopping.aborted) return refuse(ctx, request, shuttingDown)
    const verified = await verifyCall(ctx, hook, request)
    if (verified.kind === 'problem') return refuse(ctx, request, verified.problem)
    return finish(ctx, request, readDelivery(hook, request, verified), { id, run })
  },
}

const wrongToken = signatureInvalid(
  'The address holds no token for this job. Call it exactly as it came with the call.',
)

async function finish(
  ctx: HttpContext,
  request: HttpRequest,
  delivery: Delivery,
  of: { readonly id: JobId; readonly run: number },
): Promise<Answer> {
  const outcome = outcomeOf(delivery)
  if (isProblem(outcome)) return refuse(ctx, request, outcome)
  const answer = await ctx.engine.finish({ ...of, outcome })
  if (answer.kind === 'problem') return refuse(ctx, request, answer.problem)
  const { id, state } = answer.job
  return json(200, { job: id, state: publicState(state) }, { 'cache-control': 'no-store' })
}

function outcomeOf(delivery: Delivery): FinishOrder['outcome'] | Problem {
  const failure = failureIn(delivery)
  if (failure !== null) {
    return isProblem(failure) && failure.code === 'malformed-body'
      ? failure
      : { kind: 'failed', error: failure }
  }
  const { body, request } = delivery
  const mediaType = body.byteLength === 0 ? null : (request.headers['content-type'] ?? null)
  return { kind: 'done', result: { status: 200, mediaType, headers: [], body } }
}

/** Null where the work was done; a body that cannot be read says neither. */
function failureIn({ hook, json: parsed }: Delivery): Problem | null {
  const test = testOf(hook)
  if (test === null) return null
  if (parsed?.kind === 'problem') return parsed.problem
  if (parsed === null) return notJson
  return passes(parsed.value, test) ? workFailed(hook, parsed) : null
}

const testOf = ({ action }: VerifiedHook) => (action.kind === 'finish' ? action.failed : null)

const notJson: Problem = {
  code: 'malformed-body',
  detail: 'The body is not JSON, so that it cannot be told whether the work was done.',
}

/** What is told of a failure is kept with the job, so that it has to be small. */
const toldAtMost = 8_192

const workFailed = (
  { name }: VerifiedHook,
  { value, text }: { readonly value: unknown; readonly text: string },
): Problem => ({
  code: 'upstream-failed',
  detail: `The upstream accepted the call, and said by the hook ${name} that it failed.`,
  ...(text.length <= toldAtMost ? { extensions: { upstreamError: value } } : {}),
})
