import { captureAnswer } from './answer.ts'
import { startBuzzer, submission } from './buzzer.ts'
import { forkPeer } from './child.ts'
import {
  atLeast,
  below,
  compare,
  inRounds,
  versus,
  type Benchmark,
  type Finding,
} from './finding.ts'
import type { Plan } from './load/plan.ts'
import { runLoad } from './load/run.ts'

interface Variant {
  readonly title: string
  /** Attempts that the server runs at the same time; 0 only accepts. */
  readonly slots: number
  readonly distinctKeys: boolean
  /** What the ratio has to reach; null where it is only reported. */
  readonly leastRatio: number | null
  readonly mostP99Ms: number | null
}

const connections = 64

const variants: readonly Variant[] = [
  {
    title: 'accepted, not run',
    slots: 0,
    distinctKeys: false,
    leastRatio: 0.6,
    mostP99Ms: 10,
  },
  {
    title: 'accepted, not run, with an Idempotency-Key each',
    slots: 0,
    distinctKeys: true,
    leastRatio: 0.45,
    mostP99Ms: null,
  },
  {
    title: 'accepted while the no-op handler runs',
    slots: 256,
    distinctKeys: false,
    leastRatio: null,
    mostP99Ms: null,
  },
]

/**
 * POST to 202, validated, on disk, against a bare `node:http` server that reads the same requests
 * and answers the same bytes.
 */
export const accept: Benchmark = {
  name: 'accept',
  summary: `POST to 202, on disk, ${connections} connections, against bare node:http`,
  async measure(pace) {
    const findings: Finding[] = []
    for (const variant of variants) {
      const plan: Omit<Plan, 'port'> = {
        ...submission,
        distinctKeys: variant.distinctKeys,
        connections,
        warmUpMs: pace.warmUpMs,
        measuredMs: pace.measuredMs,
        expectStatus: 202,
      }
      findings.push(...(await measureVariant(variant, plan, pace.rounds)))
    }
    return findings
  },
}

async function measureVariant(variant: Variant, plan: Omit<Plan, 'port'>, count: number) {
  const answer = await captureOne(variant, plan)
  const rounds = await inRounds(
    count,
    async () => {
      await using bare = await forkPeer('peers/bare-http.ts', {}, answer)
      return await runLoad({ ...plan, ...(bare.hello as { port: number }) })
    },
    async () => {
      await using buzzer = await startBuzzer({ slots: variant.slots })
      return await runLoad({ ...plan, port: buzzer.port })
    },
  )
  const rate = compare(rounds, (load) => load.perSecond)
  const slowest = compare(rounds, (load) => load.p99Ms)
  const { title, leastRatio, mostP99Ms } = variant
  const name = 'bare node:http'
  return [
    {
      what: title,
      unit: 'per s',
      ...versus(name, rate),
      target: leastRatio === null ? null : atLeast(rate.ratio, leastRatio),
    },
    {
      what: `${title}: p99`,
      unit: 'ms',
      ...versus(name, slowest),
      target: mostP99Ms === null ? null : below(slowest.ours, mostP99Ms, ' ms'),
    },
  ] satisfies readonly Finding[]
}

async function captureOne({ slots }: Variant, plan: Omit<Plan, 'port'>) {
  await using buzzer = await startBuzzer({ slots })
  const answer = await captureAnswer({ ...plan, port: buzzer.port })
  if (answer.status === plan.expectStatus) return answer
  throw new Error(`Buzzer answers ${answer.status}: ${answer.body}`)
}
