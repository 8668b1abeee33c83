import { generateArrivals, type ArrivalPlan } from './arrivals.ts'
import { generateLoad } from './generator.ts'
import { generatePipeline, type PipelinePlan } from './pipeline.ts'
import type { Plan } from './plan.ts'

// The load runs in a process of its own, so that it takes nothing from what it measures but time.

type AnyPlan = Plan | ArrivalPlan | PipelinePlan

function generate(plan: AnyPlan): Promise<object> {
  if ('window' in plan) return generatePipeline(plan)
  return 'perSecond' in plan ? generateArrivals(plan) : generateLoad(plan)
}

process.once('message', (plan) => {
  generate(plan as AnyPlan).then(
    (load) => process.send?.(load, () => process.disconnect()),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exitCode = 1
      process.disconnect()
    },
  )
})
