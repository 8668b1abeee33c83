import { describe, expect, it } from 'vitest'
import type { Depth } from '../ports/store.ts'
import { createMetrics } from './metrics.ts'

const depth: Depth = {
  operation: 'render-report',
  ready: 3,
  delayed: 2,
  blocked: 1,
  running: 4,
  parked: 0,
  oldestReadyAt: 8_500,
  deadLetters: 7,
}

function open(depths: () => Promise<readonly Depth[]> = async () => [depth]) {
  const time = { now: 10_000, monotonic: 0 }
  const clock = {
    now: () => time.now,
    monotonic: () => time.monotonic,
    after: () => () => {},
  }
  return {
    time,
    metrics: createMetrics({
      clock,
      version: '1.2.3',
      depths,
      deliveryDepth: async () => ({ scheduled: 3, oldestDueAt: 9_000 }),
      slots: () => ({ busy: 2, all: 256 }),
    }),
  }
}

interface Sample {
  readonly family: string
  readonly series: string
  readonly value: number
}

const label = '[a-zA-Z_]\\w*="(?:[^"\\\\\\n]|\\\\["\\\\n])*"'
const sampleLine = new RegExp(`^([a-zA-Z_:][\\w:]*)(?:\\{((?:${label})(?:,${label})*)\\})? (\\S+)$`)
const suffixes: Readonly<Record<string, readonly string[]>> = {
  counter: ['_total'],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count'],
}

/** Reads OpenMetrics 1.0 text as strictly as it is written; throws where it is not. */
function parse(text: string): readonly Sample[] {
  expect(text.endsWith('\n# EOF\n')).toBe(true)
  const families = new Map<string, string>()
  let current = ''
  return text
    .slice(0, -'# EOF\n'.length)
    .trimEnd()
    .split('\n')
    .flatMap((line): Sample[] => {
      const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? []
      if (kind === 'HELP') return []
      if (kind === 'TYPE') {
        // A family comes once, with all of its samples together.
        expect([...families.keys()]).not.toContain(name)
        families.set(name, rest)
        current = name
        return []
      }
      const [, series = '', labels = '', number = ''] = sampleLine.exec(line) ?? []
      const allowed = suffixes[families.get(current) ?? '']?.map((suffix) => current + suffix)
      expect(allowed).toContain(series)
      expect(number).toMatch(/^(?:[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?|[-+]Inf|NaN)$/)
      return [{ family: current, series: `${series}{${labels}}`, value: Number(number) }]
    })
}

const valueOf = (samples: readonly Sample[], series: string): number | undefined =>
  samples.find((sample) => sample.series === series)?.value

describe('metrics', () => {
  it('are OpenMetrics text that holds what was recorded', async () => {
    const { metrics } = open()
    using _ = metrics
    metrics.accepted('render-report', 3)
    metrics.accepted('render-report', 20_000)
    metrics.replayed('render-report')
    metrics.rejected('validation-failed')
    metrics.started('render-report', 7)
    metrics.attempted('render-report', 40, 'failed')
    metrics.retried('render-report')
    metrics.attempted('render-report', 60, 'succeeded')
    metrics.ended('render-report', 'succeeded', 1_500)
    metrics.leaseLost('render-report')
    metrics.lateOutcome('render-report')
    metrics.answered('POST /v1/jobs', 202, 3)
    metrics.answered('POST /v1/jobs', 503, 70_000)
    metrics.committed(100, 4)
    metrics.spansLost(7)

    const samples = parse(await metrics.render())
    const expected = {
      'buzzer_accepted_total{operation="render-report"}': 2,
      'buzzer_replayed_total{operation="render-report"}': 1,
      'buzzer_rejected_total{code="validation-failed"}': 1,
      'buzzer_retries_total{operation="render-report"}': 1,
      'buzzer_leases_lost_total{operation="render-report"}': 1,
      'buzzer_late_outcomes_total{operation="render-report"}': 1,
      'buzzer_attempts_total{operation="render-report",outcome="failed"}': 1,
      'buzzer_attempts_total{operation="render-report",outcome="succeeded"}': 1,
      'buzzer_outcomes_total{operation="render-report",state="succeeded"}': 1,
      'buzzer_accept_seconds_bucket{le="0.0025",operation="render-report"}': 0,
      'buzzer_accept_seconds_bucket{le="0.005",operation="render-report"}': 1,
      'buzzer_accept_seconds_bucket{le="+Inf",operation="render-report"}': 2,
      'buzzer_accept_seconds_sum{operation="render-report"}': 20.003,
      'buzzer_wait_seconds_sum{operation="render-report"}': 0.007,
      'buzzer_run_seconds_sum{operation="render-report"}': 0.1,
      'buzzer_life_seconds_sum{operation="render-report"}': 1.5,
      'buzzer_http_requests_total{route="POST /v1/jobs",status="2xx"}': 1,
      'buzzer_http_requests_total{route="POST /v1/jobs",status="5xx"}': 1,
      'buzzer_http_request_seconds_sum{route="POST /v1/jobs"}': 70.003,
      'buzzer_store_batch_seconds_sum{}': 0.004,
      'buzzer_store_batch_commands_bucket{le="64"}': 0,
      'buzzer_store_batch_commands_bucket{le="128"}': 1,
      'buzzer_spans_lost_total{}': 7,
      'buzzer_slots{kind="busy"}': 2,
      'buzzer_slots{kind="all"}': 256,
      'buzzer_jobs{operation="render-report",stage="ready"}': 3,
      'buzzer_jobs{operation="render-report",stage="blocked"}': 1,
      'buzzer_oldest_ready_seconds{operation="render-report"}': 1.5,
      [`buzzer_build_info{version="1.2.3",node="${process.version}"}`]: 1,
    }
    const found = Object.keys(expected).map((series) => [series, valueOf(samples, series)])
    expect(Object.fromEntries(found)).toEqual(expected)
    expect(valueOf(samples, 'buzzer_process_memory_bytes{kind="resident"}')).toBeGreaterThan(1e6)
    expect(valueOf(samples, 'buzzer_process_cpu_seconds_total{}')).toBeGreaterThan(0)
    expect(samples.every(({ family }) => family.startsWith('buzzer_'))).toBe(true)
    expect(metrics.contentType).toMatch(/^application\/openmetrics-text; version=1\.0\.0/)
  })

  it('bear labels that need escapes, and durations that are none', async () => {
    const { metrics } = open()
    using _ = metrics
    const odd = 'a "quoted" \\ name\nof two lines'
    for (const ms of [Number.NaN, -5, Infinity]) metrics.accepted(odd, ms)
    const samples = parse(await metrics.render())
    const series = String.raw`buzzer_accept_seconds_sum{operation="a \"quoted\" \\ name\nof two lines"}`
    expect(valueOf(samples, series)).toBe(0)
  })

  it('ask for depths when they are rendered, at most once a second', async () => {
    let asked = 0
    const { metrics, time } = open(async () => {
      asked += 1
      return [depth]
    })
    using _ = metrics
    expect(asked).toBe(0)
    await Promise.all([metrics.render(), metrics.render()])
    time.monotonic = 999
    await metrics.render()
    expect(asked).toBe(1)
    time.monotonic = 1_000
    await metrics.render()
    expect(asked).toBe(2)
  })

  it('say at the first look how late deliveries are', async () => {
    const { metrics } = open()
    using _ = metrics
    const samples = parse(await metrics.render())
    expect(valueOf(samples, 'buzzer_deliveries_waiting{}')).toBe(3)
    expect(valueOf(samples, 'buzzer_delivery_oldest_due_seconds{}')).toBe(1)
  })

  it('leave out the depths while the store cannot say, and what has gone', async () => {
    const answers = [[depth], new Error('the disk is gone'), []]
    const { metrics, time } = open(async () => {
      const answer = answers.shift() ?? []
      if (answer instanceof Error) throw answer
      return answer
    })
    using _ = metrics
    const shown: boolean[] = []
    for (const at of [0, 1_000, 2_000]) {
      time.monotonic = at
      const text = await metrics.render()
      parse(text)
      shown.push(text.includes('stage="ready"'))
    }
    expect(shown).toEqual([true, false, false])
  })
})
