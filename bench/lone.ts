import { startBullmqApp } from './bullmq-app.ts'
import { startBuzzer, submission } from './buzzer.ts'
import { compare, inSlices, versus, type Benchmark } from './finding.ts'
import { runLoad } from './load/run.ts'

/** One caller who waits for the result, and nobody else. */
export const lone: Benchmark = {
  name: 'lone',
  summary: 'one call at a time, submit to result, against Fastify with BullMQ',
  async measure(pace) {
    await using app = await startBullmqApp()
    await using buzzer = await startBuzzer()
    const plan = { ...submission, connections: 1, distinctKeys: false, expectStatus: 200 }
    const headers = { ...plan.headers, Prefer: 'wait=10' }
    const rounds = await inSlices(
      pace,
      (slice) => runLoad({ ...plan, ...slice, port: app.port, path: '/jobs?wait=10' }),
      (slice) => runLoad({ ...plan, ...slice, port: buzzer.port, headers }),
    )
    const half = compare(rounds, (load) => load.p50Ms)
    const slowest = compare(rounds, (load) => load.p99Ms)
    const name = 'Fastify with BullMQ'
    const reached = half.ours < 2 && half.ours < half.peer
    return [
      {
        what: 'a lone call: p50',
        unit: 'ms',
        ...versus(name, half),
        target: { text: '< 2 ms and < the peer', reached },
      },
      { what: 'a lone call: p99', unit: 'ms', ...versus(name, slowest), target: null },
    ]
  },
}
