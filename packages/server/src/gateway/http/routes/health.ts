import type { Problem } from '@buzzer/contract'
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
    return problem === null
      ? json(200, { status: 'ready' }, { 'cache-control': 'no-store' })
      : problemAnswer(ctx.publicUrl(), problem, '/readyz')
  },
}

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
