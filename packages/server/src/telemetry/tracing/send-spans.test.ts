import { getEventListeners } from 'node:events'
import { expect, it } from 'vitest'
import type { OutboundOutcome, OutboundRequest } from '../../ports/outbound.ts'
import { createLossReport } from './loss-report.ts'
import { createSpanSender } from './send-spans.ts'

const answered = (status: number, headers: readonly (readonly [string, string])[] = []) =>
  ({ kind: 'answered', answer: { status, headers, body: new Uint8Array() } }) as const
const failed = (reason: 'unreachable' | 'rejected' | 'timeout') =>
  ({ kind: 'failed', failure: { reason, detail: reason, sent: false } }) as const

/** A clock on which every wait is over at once. */
function createHastyClock() {
  let now = 0
  const waits: number[] = []
  return {
    waits,
    pass: (ms: number) => void (now += ms),
    clock: {
      now: () => now,
      monotonic: () => now,
      after(delayMs: number, callback: () => void) {
        waits.push(delayMs)
        now += delayMs
        queueMicrotask(callback)
        return () => {}
      },
    },
  }
}

function open(outcomes: readonly OutboundOutcome[]) {
  const { clock, waits } = createHastyClock()
  const requests: OutboundRequest[] = []
  const failures: string[] = []
  const { signal } = new AbortController()
  const send = createSpanSender({
    endpoint: 'http://127.0.0.1:4318/v1/traces',
    headers: [['authorization', 'Bearer abc']],
    gzip: false,
    timeoutMs: 10_000,
    clock,
    random: { fraction: () => 0.5, bytes: (count) => new Uint8Array(count) },
    outbound: {
      async call(request) {
        requests.push(request)
        return outcomes[requests.length - 1] ?? answered(200)
      },
      check: () => null,
      vet: () => Promise.resolve(null),
      async [Symbol.asyncDispose]() {},
    },
    signal,
    failed: (why) => void failures.push(why),
  })
  return { send, requests, failures, waits, signal }
}

it.each([
  ['takes it', [answered(200)], true, []],
  ['takes only a part of it', [answered(202)], true, []],
  [
    'is away for a moment',
    [failed('unreachable'), answered(503), answered(200)],
    true,
    [500, 1_000],
  ],
  ['names a time', [answered(429, [['retry-after', '3']])], true, [3_000]],
  ['names too long a time', [answered(429, [['retry-after', '60']])], false, []],
  ['refuses it', [answered(400)], false, []],
  [
    'is not there',
    Array.from({ length: 9 }, () => failed('unreachable')),
    false,
    [500, 1_000, 2_000, 4_000],
  ],
  ['may not be called', [failed('rejected')], false, []],
] as const)('a collector that %s', async (_, outcomes, arrives, pauses) => {
  const { send, failures, requests, waits } = open(outcomes)
  expect(await send([])).toBe(arrives)
  expect(failures).toHaveLength(arrives ? 0 : 1)
  expect(waits).toEqual(pauses)
  expect(requests[0]).toMatchObject({
    method: 'POST',
    headers: [
      ['content-type', 'application/x-protobuf'],
      ['authorization', 'Bearer abc'],
    ],
  })
})

it('keeps nothing of its pauses, however long a collector is away', async () => {
  const { send, signal, waits } = open(Array.from({ length: 99 }, () => failed('unreachable')))
  for (let index = 0; index < 5; index += 1) await send([])
  expect(waits.length).toBeGreaterThan(5)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

it('says once a minute that traces are lost, and how many', () => {
  const { clock, pass } = createHastyClock()
  const lines: object[] = []
  let lost = 0
  const say = (fields: object) => void lines.push(fields)
  const report = createLossReport({
    clock,
    log: { debug: say, info: say, warn: say, error: say },
    telemetry: {
      spansLost(count) {
        lost += count
      },
    },
    endpoint: 'http://127.0.0.1:4318/v1/traces?key=secret',
  })
  report.failed('no answer')
  for (let index = 0; index < 120; index += 1) {
    report.lost(10)
    pass(1_000)
  }
  report.end()
  expect(lost).toBe(1_200)
  const collector = 'http://127.0.0.1:4318'
  expect(lines).toEqual([
    { collector, spans: 10, reason: 'no answer' },
    { collector, spans: 600, reason: 'no answer' },
    { collector, spans: 590, reason: 'no answer' },
  ])
})
