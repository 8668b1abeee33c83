import { fileURLToPath } from 'node:url'
import { startBuzzer, type RunningBuzzer } from './buzzer.ts'
import { alone, atLeast, below, type Benchmark, type Finding, type Pace } from './finding.ts'
import { measureFlood, measureLevel, measureRecovery, type Level } from './overload-level.ts'

const levels = [2, 5, 10] as const
const mb = 1_048_576
const config = fileURLToPath(new URL('overload.config.ts', import.meta.url))

/** An operation that does 1,000 jobs a second at most, whatever comes. */
const capacity = 1_000
/** As many connections as the other benchmarks have keep the processor busy already. */
const connections = 64

/**
 * More load than can be done: what is still done, how fast that is accepted, how much memory it
 * takes, and how soon it is over.
 */
export const overload: Benchmark = {
  name: 'overload',
  summary: `${levels.join(', ')} times as many calls as can be done`,
  async measure(pace) {
    return [...(await boundByOperation(pace)), ...(await boundByProcessor(pace))]
  },
}

async function boundByOperation(pace: Pace): Promise<readonly Finding[]> {
  await using buzzer = await startBuzzer({ config })
  const measure = (times: number) =>
    measureLevel(buzzer, { ...pace, operation: 'work', perSecond: capacity * times })
  return await compareLevels(buzzer, 'bound by the operation', measure)
}

/** Nobody stays away when told to, so that refusals themselves are a load. */
async function boundByProcessor(pace: Pace): Promise<readonly Finding[]> {
  await using buzzer = await startBuzzer({ config })
  const measure = (times: number) =>
    measureFlood(buzzer, { ...pace, operation: 'noop', connections: connections * times })
  return await compareLevels(buzzer, 'bound by the processor', measure)
}

async function compareLevels(
  buzzer: RunningBuzzer,
  name: string,
  measure: (times: number) => Promise<Level>,
): Promise<readonly Finding[]> {
  // Once without looking, so that the memory that a process takes when it is warm is taken.
  await measure(1)
  const base = await measure(1)
  const findings: Finding[] = []
  for (const times of levels) {
    findings.push(...compare(`${name}, ${times} times`, await measure(times), base))
  }
  const recoveredMs = await measureRecovery(buzzer)
  return [
    ...findings,
    {
      what: `${name}: until nothing waits any more`,
      unit: 'ms',
      ...alone(recoveredMs),
      target: below(recoveredMs, 30_000, ' ms'),
    },
  ]
}

const compare = (what: string, level: Level, base: Level): readonly Finding[] => [
  finding(`${what}: finished`, 'per s', level.goodput, base.goodput, (ratio) =>
    atLeast(ratio, 0.9),
  ),
  finding(
    `${what}: p99 of the accepted`,
    'ms',
    level.accepted.p99Ms,
    base.accepted.p99Ms,
    (ratio) => below(ratio, 3),
  ),
  finding(`${what}: memory`, 'MB', level.memory / mb, base.memory / mb, (ratio) =>
    below(ratio, 1.5),
  ),
]

function finding(
  what: string,
  unit: string,
  ours: number,
  value: number,
  target: (ratio: number) => NonNullable<Finding['target']>,
): Finding {
  const ratio = ours / value
  return { what, unit, ours, peer: { name: 'at capacity', value }, ratio, target: target(ratio) }
}
