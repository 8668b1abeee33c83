import { setTimeout as sleep } from 'node:timers/promises'
import { startBullmqApp } from './bullmq-app.ts'
import { countOutcomes, startBuzzer, submission } from './buzzer.ts'
import { atLeast, compare, inSlices, versus, type Benchmark, type Slice } from './finding.ts'
import type { Plan } from './load/plan.ts'
import { runLoad } from './load/run.ts'

const connections = 64
const drainTimeoutMs = 60_000
const pollMs = 25

interface Lives {
  /** Jobs per second from the first request to the last recorded outcome. */
  readonly perSecond: number
  readonly p99Ms: number
}

/** Accepted, run by a handler that does nothing, recorded: all of a job's life. */
export const lives: Benchmark = {
  name: 'lives',
  summary: `submitted, run, recorded, ${connections} connections, against Fastify with BullMQ`,
  async measure(pace) {
    await using app = await startBullmqApp()
    await using buzzer = await startBuzzer()
    const rounds = await inSlices(
      pace,
      measureLives({ ...submission, port: app.port, path: '/jobs' }, () => app.countOutcomes()),
      measureLives({ ...submission, port: buzzer.port }, () => countOutcomes(buzzer.port)),
    )
    const rate = compare(rounds, (figures) => figures.perSecond)
    const slowest = compare(rounds, (figures) => figures.p99Ms)
    const name = 'Fastify with BullMQ'
    return [
      {
        what: 'whole lives',
        unit: 'per s',
        ...versus(name, rate),
        target: atLeast(rate.ratio, 2.5),
      },
      { what: 'whole lives: p99 of the 202', unit: 'ms', ...versus(name, slowest), target: null },
    ]
  },
}

type Target = Pick<Plan, 'port' | 'method' | 'path' | 'headers' | 'body'>

/**
 * What is accepted and not yet run is waited for, so that a server cannot look fast by putting
 * work off.
 */
const measureLives =
  (target: Target, recorded: () => Promise<number>) =>
  async ({ measuredMs }: Slice): Promise<Lives> => {
    const before = await recorded()
    const plan = { ...target, connections, distinctKeys: false, expectStatus: 202 }
    const load = await runLoad({ ...plan, warmUpMs: 0, measuredMs })
    await waitFor(recorded, before + load.answersInAll)
    const seconds = (Date.now() - load.startedAt) / 1_000
    return { perSecond: load.answersInAll / seconds, p99Ms: load.p99Ms }
  }

async function waitFor(recorded: () => Promise<number>, expected: number): Promise<void> {
  const end = performance.now() + drainTimeoutMs
  let count = await recorded()
  while (count < expected && performance.now() < end) {
    await sleep(pollMs)
    count = await recorded()
  }
  // More outcomes than jobs are as wrong as fewer.
  if (count !== expected) throw new Error(`${count} outcomes are recorded of ${expected} jobs`)
}
