import { setTimeout as sleep } from 'node:timers/promises'
import { countOutcomes, submission, type RunningBuzzer } from './buzzer.ts'
import type { Arrivals } from './load/arrivals.ts'
import { runArrivals, runFlood } from './load/run.ts'

/** What one level of load came to. */
export interface Level {
  readonly accepted: { readonly p99Ms: number }
  /** Jobs that were accepted and finished, per second. */
  readonly goodput: number
  /** Of the server's process, in bytes, at the end. */
  readonly memory: number
}

export interface LevelPlan {
  readonly operation: 'work' | 'steady' | 'noop'
  readonly perSecond: number
  readonly warmUpMs: number
  readonly measuredMs: number
  readonly connections?: number
}

const memoryLine = /^buzzer_process_memory_bytes\{kind="resident"\} ([\d.e+]+)/m

async function readMemory(port: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`)
  return Number(memoryLine.exec(await answer.text())?.[1] ?? Number.NaN)
}

/** Offers load at a rate, and counts what is finished while it does. */
export function measureLevel(buzzer: RunningBuzzer, plan: LevelPlan): Promise<Level & Arrivals> {
  const { operation, connections = 1_000, ...rest } = plan
  const { port } = buzzer
  const path = `/v1/operations/${operation}/jobs`
  const arrivals = { ...submission, ...rest, port, path, connections, distinctKeys: false }
  return countWhile(buzzer, plan, runArrivals(arrivals))
}

/** Asks on so many connections, on each again as soon as it was answered. */
export async function measureFlood(
  buzzer: RunningBuzzer,
  plan: Omit<LevelPlan, 'perSecond'> & { readonly connections: number },
): Promise<Level> {
  const { operation, ...rest } = plan
  const path = `/v1/operations/${operation}/jobs`
  const { port } = buzzer
  const flood = { ...submission, ...rest, port, path, distinctKeys: false, expectStatus: 202 }
  const { p99Ms, ...level } = await countWhile(buzzer, plan, runFlood(flood))
  return { ...level, accepted: { p99Ms } }
}

async function countWhile<Result>(
  { port }: RunningBuzzer,
  { warmUpMs, measuredMs }: Pick<LevelPlan, 'warmUpMs' | 'measuredMs'>,
  load: Promise<Result>,
): Promise<Result & { readonly goodput: number; readonly memory: number }> {
  // The load's process takes a moment to start; what is counted lies well within its time.
  await sleep(warmUpMs + 300)
  const startedAt = performance.now()
  const before = await countOutcomes(port)
  await sleep(measuredMs - 400)
  const finished = (await countOutcomes(port)) - before
  const goodput = finished / ((performance.now() - startedAt) / 1_000)
  return { ...(await load), goodput, memory: await readMemory(port) }
}

/** How long it takes after the load has ended until nothing waits any more. */
export async function measureRecovery({ port }: RunningBuzzer): Promise<number> {
  const startedAt = performance.now()
  for (;;) {
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    const waiting = [...metrics.matchAll(/^buzzer_jobs\{.*stage="(?:ready|running)"\} (\d+)/gm)]
    if (waiting.every(([, count]) => count === '0')) return performance.now() - startedAt
    await sleep(100)
  }
}
