import { appendFileSync } from 'node:fs'
import { defineConfig, operation, type HandlerContext } from 'buzzer'

/** One line for every time that a handler begins: what a test reads. */
const runsFile = process.env.RUNS ?? '/dev/null'
const noteRun = (_: unknown, { job }: HandlerContext): void => {
  const time = job.scheduledFor?.toISOString() ?? 'called'
  appendFileSync(runsFile, `${job.operation} ${time} ${job.id} ${new Date().toISOString()}\n`)
}

export default defineConfig({
  operations: {
    tick: operation({ schedule: '* * * * * *', run: noteRun }),
    skipping: operation({ schedule: { cron: '* * * * * *', catchUp: 'skip' }, run: noteRun }),
    later: operation({ run: noteRun }),
  },
})
