import type { ProblemDocument } from '@buzzer/contract'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from './support/call.ts'
import { ended, submit } from './support/job.ts'
import { expectWellFormed } from './support/problem.ts'
import { sendRaw, type RawAnswer } from './support/raw.ts'
import { startWrapped, type Wrapped } from './support/wrapped.ts'
import { startTestServer, type TestServer } from './support/server.ts'

let server: TestServer
let wrapped: Wrapped

beforeAll(async () => {
  server = await startTestServer({
    operations: {
      any: operation({ run: () => null }),
      strict: operation({ input: { type: 'object', required: ['a'] }, run: () => null }),
    },
  })
  wrapped = await startWrapped()
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await wrapped[Symbol.asyncDispose]()
})

const job = 'job_01m7vx4rx55jsc3axmer1ckx5z'
const bytes = (max: number) =>
  fc.uint8Array({ maxLength: max }).map((it) => Buffer.from(it).toString('latin1'))
const segment = fc.oneof(
  fc.constantFrom(
    'v1',
    'jobs',
    job,
    'events',
    'result',
    'operations',
    'any',
    'strict',
    'cancel',
    'retry',
  ),
  fc.constantFrom(
    'dead-letters',
    'discard',
    'problems',
    'api',
    'things',
    '..',
    '.',
    '',
    '%2e%2e',
    '%00',
    '__proto__',
  ),
  fc.string({ maxLength: 12 }).map((text) => encodeURIComponent(text.toWellFormed())),
  bytes(8),
)
const path = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.array(segment, { maxLength: 6 }).map((parts) => `/${parts.join('/')}`),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('/v1/operations/any/jobs', '/v1/operations/strict/jobs', '/v1/jobs'),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom('/api/api/things', '/api/api/things/7', `/v1/jobs/${job}/result`),
  },
  { weight: 1, arbitrary: bytes(20) },
)
const query = fc.oneof(
  fc.constant(''),
  fc.constantFrom(
    '?limit=1',
    '?cursor=x',
    '?fields=a.b',
    '?state=failed',
    '?since=1',
    '?after=x',
    '?version=3.1',
  ),
  bytes(12).map((text) => `?${text}`),
)
const method = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('TRACE', 'PROPFIND', 'QUERY', 'CONNECT', 'get', 'M-SEARCH'),
  },
  { weight: 1, arbitrary: bytes(6) },
)
const headerName = fc.oneof(
  fc.constantFrom(
    'Prefer',
    'Idempotency-Key',
    'Buzzer-Priority',
    'Buzzer-Delay',
    'Buzzer-Run-At',
    'Buzzer-Deadline',
  ),
  fc.constantFrom(
    'Buzzer-Key',
    'Buzzer-Tags',
    'Buzzer-X',
    'Callback-URL',
    'traceparent',
    'Content-Type',
    'Accept',
  ),
  fc.constantFrom(
    'Accept-Encoding',
    'Authorization',
    'Origin',
    'If-None-Match',
    'Last-Event-ID',
    'Expect',
    'Host',
  ),
  fc.constantFrom(
    'Transfer-Encoding',
    'Content-Length',
    'Content-Encoding',
    'Cookie',
    'Range',
    'X-Any',
    'Upgrade',
  ),
  bytes(6),
)
const headerValue = fc.oneof(
  fc.constantFrom(
    '1',
    '0',
    'wait=0',
    'respond-async',
    '5m',
    '"key"',
    'application/json',
    '*/*',
    'chunked',
    'gzip',
  ),
  fc.constantFrom(
    '',
    ',',
    ';',
    '=',
    '"',
    'W/"1"',
    'bytes=0-1',
    'Bearer bzj_x',
    '9'.repeat(30),
    'text/event-stream',
  ),
  bytes(20),
)
const headers = fc.oneof(
  fc.constant([]),
  fc.array(
    fc.tuple(headerName, headerValue).map(([name, value]) => `${name}: ${value}`),
    { maxLength: 5 },
  ),
)
const body = fc.oneof(
  fc.constant(''),
  fc.json().map((text) => Buffer.from(text, 'utf8').toString('latin1')),
  fc.constantFrom('{}', '[]', '{', '{"__proto__":1}', '{"a":1}', 'null', '['.repeat(200)),
  bytes(60),
)
const framing = fc.constantFrom('length', 'length', 'length', 'chunked', 'none', 'wrong')

const request = fc.record({ method, path, query, headers, body, framing })
type Request = typeof request extends fc.Arbitrary<infer Shape> ? Shape : never

function frame(port: number, { framing: form, body: text, ...rest }: Request): Buffer {
  const length = (by: number): string => `Content-Length: ${Math.max(0, text.length + by)}`
  const sent = form === 'chunked' ? `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n` : text
  const framed = {
    length: [length(0)],
    wrong: [length(-2)],
    none: [],
    chunked: ['Transfer-Encoding: chunked'],
  }
  const head = [
    `${rest.method} ${rest.path}${rest.query} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: close',
    ...framed[form],
    ...rest.headers,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${sent}`, 'latin1')
}

/** 501 is what is not built yet; 502 and 504 are what became of a call of a wrapped API. */
const allowed = new Set([501, 502, 504])

/** Statuses that came, to see that the requests reach more than the parser. */
function check(answer: RawAnswer, seen: Map<number, number>): void {
  const statuses = [...answer.text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) =>
    Number(status),
  )
  for (const status of statuses) {
    seen.set(status, (seen.get(status) ?? 0) + 1)
    if (status >= 500) expect(allowed, answer.text).toContain(status)
  }
  const length = Number(answer.headers['content-length'] ?? 0)
  if (answer.status < 400 || statuses.length > 1 || length === 0 || answer.body === '') return
  expect(answer.headers['content-type'], answer.text).toMatch(/^application\/problem\+json/)
  const text = Buffer.from(answer.body, 'latin1').toString('utf8')
  expectWellFormed(JSON.parse(text) as ProblemDocument)
}

const batch = 25

test.each([
  ['by name', () => server, 3_000, 202],
  ['of a wrapped API', () => wrapped.server, 2_000, 200],
] as const)(
  'whatever is sent to a server with operations %s, it answers as documented',
  async (_, of, runs, good) => {
    const { port, url, store } = of()
    const seen = new Map<number, number>()
    const property = fc.asyncProperty(
      fc.array(request, { minLength: batch, maxLength: batch }),
      async (requests) => {
        const answers = await Promise.all(
          requests.map((each) => sendRaw(port, frame(port, each), { quietMs: 100 })),
        )
        for (const answer of answers) check(answer, seen)
      },
    )
    await fc.assert(property, { numRuns: runs / batch, endOnFailure: true })
    expect((await call(url, 'GET /readyz')).status).toBe(200)
    expect(await store.upkeep.audit()).toEqual([])
    for (const status of [good, 400, 404, 405]) expect([...seen.keys()]).toContain(status)
  },
)

test('after all that it works as before', async () => {
  const { id } = await submit(server.url, 'strict', { a: 1 })
  expect((await ended(server.url, id)).state).toBe('succeeded')
})
