import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineConfig, operation, RetryableError, TerminalError } from 'buzzer'
import type { HandlerContext } from 'buzzer'
import type { Order, RunLine } from './order.ts'

const runsFile = process.env.CRASH_RUNS ?? '/dev/null'

// Written before the next instruction runs, and kept by the operating system when we are killed.
const write = (ctx: HandlerContext, order: Order, what: RunLine['what']): void => {
  const { id, run, key } = ctx.job
  const line: RunLine = {
    what,
    job: id,
    run,
    attempt: ctx.attempt,
    key,
    n: order.n,
    at: Date.now(),
  }
  appendFileSync(runsFile, `${JSON.stringify(line)}\n`)
}

async function handle(order: Order, ctx: HandlerContext) {
  write(ctx, order, 'start')
  for (let index = 0; index < (order.pieces ?? 0); index += 1) {
    await ctx.progress(index)
    await ctx.output({ index })
    await sleep(20, undefined, { signal: ctx.signal })
  }
  if (order.takesMs !== undefined) await sleep(order.takesMs, undefined, { signal: ctx.signal })
  write(ctx, order, 'end')
  if (ctx.job.run > 1) return { n: order.n }
  if (order.fails === 'at first' && ctx.attempt === 1) throw new RetryableError('not yet')
  if (order.fails === 'always') throw new RetryableError('never')
  if (order.fails === 'for good') throw new TerminalError('no')
  return { n: order.n }
}

const common = {
  lease: '2s',
  timeout: '10s',
  retry: { attempts: 3, delay: '40ms', maxDelay: '100ms' },
  run: handle,
} as const

export default defineConfig({
  operations: {
    work: operation(common),
    narrow: operation({ ...common, concurrency: 3 }),
    lane: operation(common),
  },
  retention: { jobs: '10s' },
  workers: { slots: 16 },
  shutdown: '10s',
  log: { level: 'info' },
})
