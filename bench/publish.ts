import { measureAgainstBare, type Variant } from './against-bare.ts'
import type { Benchmark, Finding } from './finding.ts'

const connections = 64

/** A quote of about 100 bytes, checked against the channel's schema. */
const quote = JSON.stringify({
  price: 214.35,
  size: 1_200,
  venue: 'XETRA',
  currency: 'EUR',
  note: 'opening auction, second leg',
})

const publication = (channel: string) => ({
  method: 'POST',
  path: `/v1/channels/${channel}/events?type=quote`,
  headers: { 'Content-Type': 'application/json' },
  body: quote,
  distinctKeys: false,
  connections,
  expectStatus: 202,
})

const variants: readonly Variant[] = [
  {
    title: 'published, on disk',
    plan: publication('quotes.ACME'),
    slots: 0,
    leastRatio: 0.6,
    mostP99Ms: null,
  },
  {
    title: 'published, ephemeral',
    plan: publication('live.ACME'),
    slots: 0,
    leastRatio: null,
    mostP99Ms: null,
  },
]

/** POST to 202 of one event a request, validated. */
export const publish: Benchmark = {
  name: 'publish',
  summary: `one event a POST, ${connections} connections, against bare node:http`,
  async measure(pace) {
    const findings: Finding[] = []
    for (const variant of variants) findings.push(...(await measureAgainstBare(variant, pace)))
    return findings
  },
}
