import { defineConfig, operation } from 'buzzer'
import { setTimeout as sleep } from 'node:timers/promises'

/** Operations of a known capacity: 1,000 and 200 per second. */
export default defineConfig({
  operations: {
    work: operation({
      concurrency: 20,
      admission: { backlog: 200 },
      async run() {
        await sleep(20)
        return { ok: true }
      },
    }),
    steady: operation({
      concurrency: 10,
      admission: { backlog: 50 },
      async run() {
        await sleep(50)
        return { ok: true }
      },
    }),
    noop: operation({ admission: { backlog: 1_000 }, run: () => ({ ok: true }) }),
  },
  store: 'sqlite:./data',
  bus: 'memory',
  auth: 'none',
  log: { level: 'warn' },
})
