import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ArrivalPlan, Arrivals } from './arrivals.ts'
import type { Pipelined, PipelinePlan } from './pipeline.ts'
import type { Load, Plan } from './plan.ts'

/** Runs one plan in a process of its own. */
export async function runLoad(plan: Plan): Promise<Load> {
  const load = await runApart<Load>(plan)
  refuseErrors(load, plan)
  return load
}

/** The same for requests that come at a rate; every kind of answer is part of what comes of it. */
export const runArrivals = (plan: ArrivalPlan): Promise<Arrivals> => runApart<Arrivals>(plan)

/** The same for connections that ask again at once, whatever they were answered. */
export const runFlood = (plan: Plan): Promise<Load> => runApart<Load>(plan)

/** The same for messages on one WebSocket. */
export const runPipeline = (plan: PipelinePlan): Promise<Pipelined> => runApart<Pipelined>(plan)

function runApart<Result>(plan: Plan | ArrivalPlan | PipelinePlan): Promise<Result> {
  const child = fork(fileURLToPath(new URL('main.ts', import.meta.url)))
  const { promise, resolve, reject } = Promise.withResolvers<Result>()
  child.once('message', (load) => resolve(load as Result))
  child.once('exit', (code) => reject(new Error(`the load process ended with ${code}`)))
  child.send(plan)
  return promise
}

/** A figure that leaves errors out is no figure. */
function refuseErrors({ answers, errors }: Load, { method, path, expectStatus }: Plan): void {
  const kinds = Object.entries(errors).map(([status, count]) => `${count} times ${status}`)
  if (kinds.length === 0 && answers > 0) return
  throw new Error(
    `${method} ${path}: ${answers} answers of ${expectStatus}, and ${kinds.join(', ') || 'none other'} (0 is a broken connection)`,
  )
}
