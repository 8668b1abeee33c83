import { appendFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { defineConfig, operation, type HandlerContext } from 'buzzer'

/** One line for every time that a handler begins: what a test counts. */
const runsFile = process.env.RUNS ?? '/dev/null'
const noteRun = (ctx: HandlerContext): void =>
  appendFileSync(runsFile, `${ctx.job.id} ${ctx.job.operation} ${ctx.attempt}\n`)

/** Multiplies all times; 0 makes everything end at once. */
const pace = Number(process.env.PACE ?? 1)

interface Timed {
  readonly ms: number
}

export default defineConfig({
  operations: {
    // Gives back what it gets.
    echo: operation({
      run(input: unknown, ctx) {
        noteRun(ctx)
        return input
      },
    }),
    // Takes its time, and stops when it is told to.
    slow: operation({
      timeout: '2m',
      async run({ ms }: Timed, ctx) {
        noteRun(ctx)
        await sleep(ms * pace, undefined, { signal: ctx.signal })
        return { attempt: ctx.attempt }
      },
    }),
    // Says where it is every 50 ms.
    chatty: operation({
      timeout: '2m',
      async run({ ms }: Timed, ctx) {
        noteRun(ctx)
        for (let index = 0; index < ms / 50; index += 1) {
          await ctx.output({ index })
          await sleep(50 * pace, undefined, { signal: ctx.signal })
        }
        return { attempt: ctx.attempt }
      },
    }),
    // Does not hear that it is to stop.
    deaf: operation({
      timeout: '2m',
      async run({ ms }: Timed, ctx) {
        noteRun(ctx)
        await sleep(ms * pace)
        return { attempt: ctx.attempt }
      },
    }),
    // Fails where nobody catches it, and gives its result all the same.
    stray: operation({
      async run(_: unknown, ctx) {
        noteRun(ctx)
        setTimeout(() => {
          throw new Error('a stray timer')
        }, 10)
        void Promise.reject(new Error('a stray promise'))
        await sleep(200)
        return { attempt: ctx.attempt }
      },
    }),
    // Lets nothing else run in this process.
    blocking: operation({
      lease: '1s',
      timeout: '30s',
      run({ ms }: Timed, ctx) {
        noteRun(ctx)
        const end = performance.now() + ms
        let now = performance.now()
        while (now < end) now = performance.now()
        return { attempt: ctx.attempt }
      },
    }),
  },
})
