import type { AcceptedDocument } from '@buzzer/contract'
import { expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from './support/call.ts'
import { getJob } from './support/job.ts'
import { expectPage, expectProblem } from './support/problem.ts'
import { startTestServer } from './support/server.ts'

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString()
const day = 86_400_000
const long = (length: number): string => 'k'.repeat(length)

type Row = readonly [header: string, value: string | readonly string[], problem: string | null]

const priorities: readonly Row[] = [
  ['Buzzer-Priority', '0', null],
  ['Buzzer-Priority', '9', null],
  ['Buzzer-Priority', '4', null],
  ['Buzzer-Priority', ' 5 ', null],
  ['Buzzer-Priority', '10', 'invalid-header'],
  ['Buzzer-Priority', '-1', 'invalid-header'],
  ['Buzzer-Priority', '1.5', 'invalid-header'],
  ['Buzzer-Priority', 'high', 'invalid-header'],
  ['Buzzer-Priority', '', 'invalid-header'],
  ['Buzzer-Priority', '05', 'invalid-header'],
  ['Buzzer-Priority', ['1', '2'], 'invalid-header'],
]

const times: readonly Row[] = [
  ['Buzzer-Delay', '0ms', null],
  ['Buzzer-Delay', '250ms', null],
  ['Buzzer-Delay', '1.5s', null],
  ['Buzzer-Delay', '2h', null],
  ['Buzzer-Delay', '366d', null],
  ['Buzzer-Delay', '367d', 'invalid-header'],
  ['Buzzer-Delay', '999999999999d', 'invalid-header'],
  ['Buzzer-Delay', '30', 'invalid-header'],
  ['Buzzer-Delay', '-5s', 'invalid-header'],
  ['Buzzer-Delay', '5 s', 'invalid-header'],
  ['Buzzer-Delay', '5S', 'invalid-header'],
  ['Buzzer-Delay', 'PT5S', 'invalid-header'],
  ['Buzzer-Delay', '', 'invalid-header'],
  ['Buzzer-Delay', ['1s', '2s'], 'invalid-header'],
  ['Buzzer-Run-At', inMs(60_000), null],
  ['Buzzer-Run-At', inMs(-60_000), null],
  ['Buzzer-Run-At', inMs(60_000).replace('Z', '+02:00'), null],
  ['Buzzer-Run-At', inMs(365 * day), null],
  ['Buzzer-Run-At', inMs(368 * day), 'invalid-header'],
  ['Buzzer-Run-At', '2027-02-30T00:00:00Z', 'invalid-header'],
  ['Buzzer-Run-At', '2026-13-01T00:00:00Z', 'invalid-header'],
  ['Buzzer-Run-At', '2026-12-01T24:30:00Z', 'invalid-header'],
  ['Buzzer-Run-At', '2026-12-01T24:00:00Z', 'invalid-header'],
  ['Buzzer-Run-At', '2026-12-01T12:00:00+25:00', 'invalid-header'],
  ['Buzzer-Run-At', '2026-12-01', 'invalid-header'],
  ['Buzzer-Run-At', '2026-12-01T00:00:00', 'invalid-header'],
  ['Buzzer-Run-At', 'tomorrow', 'invalid-header'],
  ['Buzzer-Run-At', '1790000000', 'invalid-header'],
  ['Buzzer-Deadline', '5m', null],
  ['Buzzer-Deadline', '366d', null],
  ['Buzzer-Deadline', inMs(60_000), null],
  ['Buzzer-Deadline', '0ms', null],
  ['Buzzer-Deadline', inMs(-1_000), null],
  ['Buzzer-Deadline', '367d', 'invalid-header'],
  ['Buzzer-Deadline', inMs(368 * day), 'invalid-header'],
  ['Buzzer-Deadline', 'soon', 'invalid-header'],
  ['Buzzer-Deadline', '', 'invalid-header'],
]

const names: readonly Row[] = [
  ['Buzzer-Key', 'customer-7', null],
  ['Buzzer-Key', 'a,b;c="d"', null],
  ['Buzzer-Key', long(255), null],
  ['Buzzer-Key', long(256), 'invalid-header'],
  ['Buzzer-Key', '', 'invalid-header'],
  ['Buzzer-Key', 'two words', 'invalid-header'],
  ['Buzzer-Key', 'zürich', 'invalid-header'],
  ['Buzzer-Tags', 'a', null],
  ['Buzzer-Tags', 'a, b ,c', null],
  ['Buzzer-Tags', ['a', 'b'], null],
  ['Buzzer-Tags', 'night run, month:11', null],
  ['Buzzer-Tags', long(64), null],
  ['Buzzer-Tags', long(65), 'invalid-header'],
  ['Buzzer-Tags', 'a,,b', 'invalid-header'],
  ['Buzzer-Tags', '', 'invalid-header'],
  ['Buzzer-Tags', Array.from({ length: 20 }, (_, at) => `t${at}`).join(), null],
  ['Buzzer-Tags', Array.from({ length: 21 }, (_, at) => `t${at}`).join(), 'invalid-header'],
  ['Buzzer-Tags', 'grün', 'invalid-header'],
  ['Idempotency-Key', '"k-1"', null],
  ['Idempotency-Key', 'k-2', null],
  ['Idempotency-Key', `"${long(255)}"`, null],
  ['Idempotency-Key', long(254), null],
  ['Idempotency-Key', '"with \\"quotes\\" and \\\\"', null],
  ['Idempotency-Key', '""', 'invalid-header'],
  ['Idempotency-Key', '', 'invalid-header'],
  ['Idempotency-Key', long(256), 'invalid-header'],
  ['Idempotency-Key', `"${long(256)}"`, 'invalid-header'],
  ['Idempotency-Key', '"open', 'invalid-header'],
  ['Idempotency-Key', '"a"b"', 'invalid-header'],
  ['Idempotency-Key', 'schlüssel', 'invalid-header'],
  ['Idempotency-Key', ['k-3', 'k-4'], 'invalid-header'],
  ['Idempotency-Key', ['"k-3"', '"k-4"'], 'invalid-header'],
]

const others: readonly Row[] = [
  ['Buzzer-Unknown', '1', 'invalid-header'],
  ['Buzzer-Prioritty', '1', 'invalid-header'],
  ['Buzzer-Lease-Token', 'x', 'invalid-header'],
  ['Callback-URL', 'http://127.0.0.1:1/hook', 'callback-url-rejected'],
  ['Callback-Events', 'final', 'invalid-header'],
  ['Callback-Secret', 'whsec_AAAA', 'invalid-header'],
  ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', null],
  ['traceparent', 'nonsense', null],
  ['tracestate', 'vendor=1', null],
  ['Prefer', '=;,"', null],
  ['X-Anything', 'at all', null],
]

const statuses: Readonly<Record<string, number>> = {
  'invalid-header': 400,
  'callback-url-rejected': 422,
}

test('every header is taken or refused as the table of section 1 says', async () => {
  await using server = await startTestServer({
    operations: { echo: operation({ run: (input) => input }) },
  })
  const wrong: string[] = []
  const refused = new Set<string>()
  for (const [header, value, problem] of [...priorities, ...times, ...names, ...others]) {
    const values = [value].flat()
    const before = server.acceptances()
    const answer = await call(server.url, 'POST /v1/operations/echo/jobs', {
      headers: [
        'Host',
        `127.0.0.1:${server.port}`,
        'Content-Length',
        '0',
        ...values.flatMap((each) => [header, Buffer.from(each).toString('latin1')]),
      ],
    })
    const code = answer.status === 202 ? null : answer.json<{ code: string }>().code
    if (code !== problem) wrong.push(`${header}: ${values.join(' | ')} → ${answer.status} ${code}`)
    expect(server.acceptances() - before).toBe(code === null ? 1 : 0)
    if (code === null) continue
    const document = expectProblem(answer, statuses[code] ?? 0, code)
    expect(document.detail.toLowerCase()).toContain(header.toLowerCase())
    if (!refused.has(code)) await expectPage(document)
    refused.add(code)
  }
  expect(wrong).toEqual([])
})

test('what the headers say stands in the job', async () => {
  await using server = await startTestServer({
    operations: { echo: operation({ run: (input) => input }) },
  })
  const answer = await call(server.url, 'POST /v1/operations/echo/jobs', {
    json: {},
    headers: {
      'Buzzer-Priority': '2',
      'Buzzer-Key': 'customer-7',
      'Buzzer-Tags': 'night, month:11,night',
      'Buzzer-Delay': '1h',
    },
  })
  const accepted = answer.json<AcceptedDocument>()
  const job = await getJob(server.url, accepted.id)
  expect(job).toMatchObject({ priority: 2, key: 'customer-7', tags: ['night', 'month:11'] })
  expect(job.waiting).toMatchObject({ reason: 'delay', ahead: null })
  // The delay counts from when the headers were read, a moment before the job was made.
  const waitMs = Date.parse(job.waiting?.until ?? '') - Date.parse(job.createdAt)
  expect(waitMs).toBeLessThanOrEqual(3_600_000)
  expect(waitMs).toBeGreaterThan(3_599_000)
})

test('a delay and a time to begin at are refused together', async () => {
  await using server = await startTestServer({
    operations: { echo: operation({ run: (input) => input }) },
  })
  const headers = { 'Buzzer-Delay': '1s', 'Buzzer-Run-At': inMs(1_000) }
  const answer = await call(server.url, 'POST /v1/operations/echo/jobs', { headers })
  expectProblem(answer, 400, 'invalid-header')
  expect(server.acceptances()).toBe(0)
})
