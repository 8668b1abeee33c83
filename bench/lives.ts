import { setTimeout as sleep } from 'node:timers/promises'
import { startBullmqApp } from './bullmq-app.ts'
import { countOutcomes, startBuzzer, submission } from './buzzer.ts'
import { atLeast, compare, inRounds, versus, type Benchmark, type Pace } from './finding.ts'
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
    const rounds = await inRounds(
      pace.rounds,
      async () => {
        await using app = await startBullmqApp()
        const target = { ...submission, port: app.port, path: '/jobs' }
        return await measureLives(target, () => app.countOutcomes(), pace)
      },
      async () => {
        await using buzzer = await startBuzzer()
        const target = { ...submission, port: buzzer.port }
        return await measureLives(target, () => countOutcomes(buzzer.port), pace)
      },
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
async function measureLives(
  target: Target,
  recorded: () => Promise<number>,
  { warmUpMs, measuredMs }: Pace,
): Promise<Lives> {
  const plan = { ...target, connections, distinctKeys: false, expectStatus: 202, warmUpMs: 0 }
  const before = await recorded()
  const warm = await runLoad({ ...plan, measuredMs: warmUpMs })
  const first = before + warm.answersInAll
  await waitFor(recorded, first)
  const load = await runLoad({ ...plan, measuredMs })
  await waitFor(recorded, first + load.answersInAll)
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
