import { measureAgainstBare, type Variant } from './against-bare.ts'
import { submission } from './buzzer.ts'
import type { Benchmark, Finding } from './finding.ts'

const connections = 64

const plan = { ...submission, connections, expectStatus: 202 }

const variants: readonly Variant[] = [
  {
    title: 'accepted, not run',
    plan: { ...plan, distinctKeys: false },
    slots: 0,
    leastRatio: 0.6,
    mostP99Ms: 10,
  },
  {
    title: 'accepted, not run, with an Idempotency-Key each',
    plan: { ...plan, distinctKeys: true },
    slots: 0,
    leastRatio: 0.45,
    mostP99Ms: null,
  },
  {
    title: 'accepted while the no-op handler runs',
    plan: { ...plan, distinctKeys: false },
    slots: 256,
    leastRatio: null,
    mostP99Ms: null,
  },
]

/** POST to 202, validated, on disk. */
export const accept: Benchmark = {
  name: 'accept',
  summary: `POST to 202, on disk, ${connections} connections, against bare node:http`,
  async measure(pace) {
    const findings: Finding[] = []
    for (const variant of variants) findings.push(...(await measureAgainstBare(variant, pace)))
    return findings
  },
}
