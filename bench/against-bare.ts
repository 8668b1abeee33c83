import { captureAnswer } from './answer.ts'
import { startBuzzer } from './buzzer.ts'
import { forkPeer } from './child.ts'
import {
  atLeast,
  below,
  compare,
  inSlices,
  versus,
  type Finding,
  type Pace,
  type Slice,
} from './finding.ts'
import type { Load, Plan } from './load/plan.ts'
import { runLoad } from './load/run.ts'

export interface Variant {
  readonly title: string
  readonly plan: Omit<Plan, 'port' | 'warmUpMs' | 'measuredMs'>
  /** Attempts that the server runs at the same time; 0 only accepts. */
  readonly slots: number
  /** What the ratio has to reach; null where it is only reported. */
  readonly leastRatio: number | null
  readonly mostP99Ms: number | null
}

/** Against a bare `node:http` server that reads the same requests and answers the same bytes. */
export async function measureAgainstBare(
  { title, plan: asked, slots, leastRatio, mostP99Ms }: Variant,
  pace: Pace,
): Promise<readonly Finding[]> {
  const answer = await captureOne(slots, asked)
  await using bare = await forkPeer('peers/bare-http.ts', {}, answer)
  await using buzzer = await startBuzzer({ slots })
  const loadOn =
    (port: number) =>
    (slice: Slice): Promise<Load> =>
      runLoad({ ...asked, ...slice, port })
  const rounds = await inSlices(
    pace,
    loadOn((bare.hello as { port: number }).port),
    loadOn(buzzer.port),
  )
  const rate = compare(rounds, (load) => load.perSecond)
  const slowest = compare(rounds, (load) => load.p99Ms)
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
  ]
}

async function captureOne(slots: number, plan: Variant['plan']) {
  await using buzzer = await startBuzzer({ slots })
  const answer = await captureAnswer({ ...plan, port: buzzer.port })
  if (answer.status === plan.expectStatus) return answer
  throw new Error(`Buzzer answers ${answer.status}: ${answer.body}`)
}
