import { expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { StoreUnavailable } from '../../packages/server/src/ports/store.ts'
import { call } from './support/call.ts'
import { createGates } from './support/gates.ts'
import { ended, submit } from './support/job.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer } from './support/server.ts'

interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const name = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const label = `${name.replace(':', '')}="(?:[^"\\\\\\n]|\\\\["\\\\n])*"`
const sampleLine = new RegExp(
  `^(${name})(?:\\{(${label}(?:,${label})*)?\\})? (\\S+)(?: \\S+)?(?: # .*)?$`,
)
const suffixes = ['_total', '_bucket', '_count', '_sum', '_created', '_info', '']

/** Reads OpenMetrics 1.0 strictly enough to see what a scraper would refuse. */
function parseOpenMetrics(text: string): readonly Sample[] {
  expect(text.endsWith('# EOF\n')).toBe(true)
  const types = new Map<string, string>()
  const samples: Sample[] = []
  for (const line of text.slice(0, -'# EOF\n'.length).trimEnd().split('\n')) {
    const described = /^# (TYPE|HELP|UNIT) (\S+) (.*)$/.exec(line)
    if (described !== null) {
      const [, kind, family = '', value = ''] = described
      if (kind === 'TYPE') {
        expect(types.has(family), `${family} twice`).toBe(false)
        types.set(family, value)
      }
      continue
    }
    const match = sampleLine.exec(line)
    expect(match, line).not.toBeNull()
    const [, full = '', labels = '', value = ''] = match ?? []
    const family = suffixes
      .map((end) => full.slice(0, full.length - end.length))
      .find((it) => types.has(it))
    expect(family, `${full} has a TYPE`).toBeDefined()
    if (types.get(family ?? '') === 'counter') expect(full).toMatch(/_(?:total|created)$/)
    expect(value).toMatch(/^(?:[+-]?Inf|NaN|[+-]?[\d.]+(?:e[+-]?\d+)?)$/i)
    const pairs = labels.matchAll(/([^=,]+)="((?:[^"\\]|\\.)*)"/g)
    samples.push({
      name: full,
      labels: Object.fromEntries([...pairs].map(([, key = '', text_ = '']) => [key, text_])),
      value: Number(value),
    })
  }
  return samples
}

const sum = (samples: readonly Sample[], metric: string, labels: Sample['labels'] = {}): number =>
  samples
    .filter((sample) => sample.name === metric)
    .filter((sample) =>
      Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )
    .reduce((total, sample) => total + sample.value, 0)

test('the numbers move rightly with known traffic', async () => {
  const gates = createGates()
  await using server = await startTestServer({
    slots: 1,
    operations: {
      gate: operation({ run: gates.run }),
      fail: operation({
        retry: { attempts: 2, delay: '1ms', maxDelay: '1ms' },
        run() {
          throw new Error('always')
        },
      }),
      strict: operation({ input: { type: 'object' }, run: () => null }),
    },
  })
  const scrape = async (): Promise<readonly Sample[]> => {
    const answer = await call(server.url, 'GET /metrics')
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toMatch(
      /^application\/openmetrics-text; ?version=1\.0\.0/,
    )
    return parseOpenMetrics(answer.text)
  }
  const failed = await submit(server.url, 'fail')
  await ended(server.url, failed.id)
  const key = { 'idempotency-key': 'k' }
  const first = await submit(server.url, 'gate', 1, key)
  await submit(server.url, 'gate', 1, key)
  const arrival = await gates.next()
  await submit(server.url, 'gate', 2)
  await submit(server.url, 'gate', 3, { 'buzzer-delay': '1h' })
  await call(server.url, 'POST /v1/operations/strict/jobs', { json: 7 })
  const busy = await scrape()
  const depth = (stage: string) => sum(busy, 'buzzer_jobs', { operation: 'gate', stage })
  expect([depth('ready'), depth('delayed'), depth('running')]).toEqual([1, 1, 1])
  arrival.finish()
  await ended(server.url, first.id)
  const samples = await scrape()
  const gate = { operation: 'gate' }
  expect(sum(samples, 'buzzer_accepted_total', gate)).toBe(3)
  expect(sum(samples, 'buzzer_replayed_total', gate)).toBe(1)
  expect(sum(samples, 'buzzer_outcomes_total', { ...gate, state: 'succeeded' })).toBe(1)
  expect(sum(samples, 'buzzer_outcomes_total', { operation: 'fail', state: 'failed' })).toBe(1)
  expect(sum(samples, 'buzzer_rejected_total', { code: 'validation-failed' })).toBe(1)
})

test('readiness is of the store, liveness of the process', async () => {
  let broken = false
  await using server = await startTestServer(
    { operations: { quick: operation({ run: () => 1 }) } },
    {
      wrapStore: (store) => ({
        ...store,
        upkeep: {
          ...store.upkeep,
          ping: () =>
            broken ? Promise.reject(new StoreUnavailable('disk full')) : store.upkeep.ping(),
        },
      }),
    },
  )
  const ready = await call(server.url, 'GET /readyz')
  expect([ready.status, ready.json()]).toEqual([200, { status: 'ready' }])
  broken = true
  const unready = await call(server.url, 'GET /readyz')
  expectProblem(unready, 503, 'store-unavailable')
  expect(unready.headers['retry-after']).toMatch(/^\d+$/)
  const alive = await call(server.url, 'GET /healthz')
  expect([alive.status, alive.json()]).toEqual([200, { status: 'ok' }])
  broken = false
  expect((await call(server.url, 'GET /readyz')).status).toBe(200)
})
