import type { Problem } from '@buzzer/contract'
import type { DeadLetterAlarm } from '../../../core/dead-letter.ts'
import type { ServiceEntry } from '../../../ports/registry.ts'
import { json, text } from '../answer/answer.ts'
import { problemAnswer } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import type { Route } from '../route.ts'

/** Runnable work older than this means that nobody gets round to it, in milliseconds. */
const maxReadyAgeMs = 300_000

/** The process is alive. */
export const healthz: Route = {
  method: 'GET',
  path: '/healthz',
  scope: 'public',
  handle: () => json(200, { status: 'ok' }, { 'cache-control': 'no-store' }),
}

/** It makes progress: the store can be written and runnable work is young enough. */
export const readyz: Route = {
  method: 'GET',
  path: '/readyz',
  scope: 'public',
  async handle(ctx) {
    const problem = await findProblem(ctx)
    if (problem !== null) return problemAnswer(ctx.publicUrl(), problem, '/readyz')
    const warnings = [
      ...(await ctx.engine.deadLetters.alarms()).map(deadLetterWarning),
      ...ctx.registry.services().filter(isOutOfOrder).map(serviceWarning),
    ]
    const body = { status: 'ready', ...(warnings.length === 0 ? {} : { warnings }) }
    return json(200, body, { 'cache-control': 'no-store' })
  },
}

/** Worth a look, and no reason to send callers elsewhere. */
const deadLetterWarning = ({ operation, deadLetters, alert }: DeadLetterAlarm) => ({
  code: 'dead-letters',
  operation,
  deadLetters,
  alert,
  detail: `${operation} has ${deadLetters} dead letters: see /v1/dead-letters?groupBy=error.`,
})

/** One of the same name in the configuration is used in its place, which is no trouble. */
const isOutOfOrder = ({ problem, shadowed }: ServiceEntry): boolean => problem !== null && !shadowed

const serviceWarning = ({ name, problem }: ServiceEntry) => ({
  code: 'service-out-of-order',
  service: name,
  detail: `${name} is not used: ${problem}. See /v1/services/${name}.`,
})

async function findProblem(ctx: HttpContext): Promise<Problem | null> {
  if (ctx.stopping.aborted) return shuttingDown
  try {
    await ctx.engine.ping()
    const depths = await ctx.engine.depths()
    const oldest = Math.min(...depths.map(({ oldestReadyAt }) => oldestReadyAt ?? Infinity))
    return ctx.clock.now() - oldest > maxReadyAgeMs ? stuck : null
  } catch (fault) {
    ctx.log.error({ err: fault }, 'not ready: the store cannot be written')
    return storeUnavailable
  }
}

export const shuttingDown: Problem = {
  code: 'shutting-down',
  detail: 'This node is shutting down and takes nothing new. Try again: another one, or a new one.',
}

export const storeUnavailable: Problem = {
  code: 'store-unavailable',
  detail:
    'The store cannot be written now (is the disk full?), so nothing can be accepted. ' +
    'Send the request again later, with the same Idempotency-Key.',
}

const stuck: Problem = {
  code: 'overloaded',
  detail: 'Runnable jobs wait for more than five minutes. Add workers, or look for what hangs.',
}

/** OpenMetrics, for Prometheus. */
export const metrics: Route = {
  method: 'GET',
  path: '/metrics',
  scope: 'operations:manage',
  async handle(ctx) {
    const exposition = await ctx.metrics()
    return text(exposition.mediaType, exposition.text)
  },
}
