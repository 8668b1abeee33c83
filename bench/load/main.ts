import { generateLoad } from './generator.ts'
import type { Plan } from './plan.ts'

// The load runs in a process of its own, so that it takes nothing from what it measures but time.

process.once('message', (plan) => {
  generateLoad(plan as Plan).then(
    (load) => process.send?.(load, () => process.disconnect()),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exitCode = 1
      process.disconnect()
    },
  )
})
