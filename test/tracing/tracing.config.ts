import { context, propagation, trace } from '@opentelemetry/api'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineConfig, operation, service, TerminalError } from 'buzzer'

/** Multiplies all times; 0 makes everything end at once. */
const pace = Number(process.env.PACE ?? 1)

/** What runs inside of an attempt, and knows nothing of Buzzer. */
async function lookUp(): Promise<string> {
  const carried: Record<string, string> = {}
  await trace.getTracer('library').startActiveSpan('look up', async (span) => {
    await sleep(1)
    propagation.inject(context.active(), carried)
    span.end()
  })
  return carried['traceparent'] ?? 'none'
}

export default defineConfig({
  operations: {
    tick: operation({
      schedule: process.env.TICK === undefined ? null : '* * * * * *',
      run: () => 'tock',
    }),
    greet: operation({
      async run(_: unknown, ctx) {
        ctx.log.info('greeting')
        return { own: ctx.job.traceparent, inside: await lookUp() }
      },
    }),
    think: operation({
      thread: true,
      run: (_: unknown, ctx) => ({ own: ctx.job.traceparent }),
    }),
    patient: operation({
      mode: 'adaptive',
      wait: '20s',
      run: () => 'here it is',
    }),
    refuse: operation({
      run() {
        throw new TerminalError('No.')
      },
    }),
    slow: operation({
      timeout: '2m',
      lease: '1s',
      async run({ ms }: { readonly ms: number }, ctx) {
        await ctx.progress(1)
        await sleep(ms * pace, null, { signal: ctx.signal })
        return 'done'
      },
    }),
  },
  services: {
    legacy: service({
      url: process.env.UPSTREAM ?? 'http://127.0.0.1:1',
      mode: 'async',
      retry: { attempts: 3, delay: '5ms', maxDelay: '5ms' },
      openapi: {
        openapi: '3.1.0',
        info: { title: 'Legacy', version: '1' },
        paths: {
          '/reports/{id}': {
            parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
            get: {
              operationId: 'getReport',
              parameters: [{ name: 'api_key', in: 'query', schema: { type: 'string' } }],
              responses: { default: { description: 'Whatever' } },
            },
          },
        },
      },
    }),
  },
  outbound: { allow: ['127.0.0.1'] },
})
