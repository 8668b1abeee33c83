import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Load, Plan } from './plan.ts'

/** Runs one plan in a process of its own. */
export async function runLoad(plan: Plan): Promise<Load> {
  const child = fork(fileURLToPath(new URL('main.ts', import.meta.url)))
  const { promise, resolve, reject } = Promise.withResolvers<Load>()
  child.once('message', (load) => resolve(load as Load))
  child.once('exit', (code) => reject(new Error(`the load process ended with ${code}`)))
  child.send(plan)
  const load = await promise
  refuseErrors(load, plan)
  return load
}

/** A figure that leaves errors out is no figure. */
function refuseErrors({ answers, errors }: Load, { method, path, expectStatus }: Plan): void {
  const kinds = Object.entries(errors).map(([status, count]) => `${count} times ${status}`)
  if (kinds.length === 0 && answers > 0) return
  throw new Error(
    `${method} ${path}: ${answers} answers of ${expectStatus}, and ${kinds.join(', ') || 'none other'} (0 is a broken connection)`,
  )
}
