import { randomBytes } from 'node:crypto'
import { brotliCompressSync, deflateSync, gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call } from './support/call.ts'
import { ended } from './support/job.ts'
import { expectProblem } from './support/problem.ts'
import type { Reply } from './support/upstream.ts'
import { startWrapped, type Wrapped } from './support/wrapped.ts'

let wrapped: Wrapped

beforeAll(async () => {
  wrapped = await startWrapped()
})
afterAll(() => wrapped[Symbol.asyncDispose]())

/** What every answer has besides its own headers; only the last of them is passed on. */
const more = [
  ['Set-Cookie', 'session=1'],
  ['Set-Cookie', 'other=2'],
  ['Keep-Alive', 'timeout=9'],
  ['Proxy-Authenticate', 'Basic'],
  // Buzzer says these of the call, and would seem to say what the upstream did.
  ['Idempotency-Replayed', 'true'],
  ['Preference-Applied', 'return=minimal'],
  ['X-Custom', 'kept'],
].flat()
const bytes = randomBytes(100_000)
const html = '<h1>café</h1>'
const packed = gzipSync('packed by the upstream '.repeat(200))

const answers: readonly (readonly [name: string, reply: Reply])[] = [
  ['text', { headers: ['Content-Type', 'text/plain'], body: 'plain' }],
  ['no Content-Type', { body: 'untyped' }],
  ['binary', { headers: ['Content-Type', 'application/pdf'], body: bytes }],
  ['odd JSON', { headers: ['Content-Type', 'application/json'], body: ' {"a":1.0,"a":2} \n' }],
  [
    'latin1',
    { headers: ['Content-Type', 'text/html; charset=latin1'], body: Buffer.from(html, 'latin1') },
  ],
  ['201', { status: 201, headers: ['Location', '/things/8', 'ETag', '"v1"'], body: '{}' }],
  ['204', { status: 204, headers: ['X-Mark', '1'] }],
  [
    'a 3xx with its Location',
    { status: 302, headers: ['Location', 'http://example.com/elsewhere'] },
  ],
  ['308', { status: 308, headers: ['Location', '/things/9'], body: 'moved' }],
  ['304', { status: 304, headers: ['ETag', '"v1"'] }],
  [
    '400',
    { status: 400, headers: ['Content-Type', 'application/json'], body: '{"error":"yours"}' },
  ],
  ['401', { status: 401, headers: ['WWW-Authenticate', 'Basic realm="x"'], body: 'who' }],
  ['404', { status: 404, body: 'no such thing' }],
  ['409', { status: 409, headers: ['Content-Type', 'application/problem+json'], body: '{"x":1}' }],
  ['418', { status: 418, body: 'short and stout' }],
  ['501', { status: 501, body: 'not here' }],
  ['a status of its own', { status: 299, body: 'fine' }],
  [
    'an encoding kept',
    { headers: ['Content-Encoding', 'gzip', 'Content-Type', 'text/plain'], body: packed },
  ],
  [
    'headers twice',
    { headers: ['Link', '<a>; rel=next', 'Link', '<b>; rel=prev', 'Vary', 'Accept'], body: 'x' },
  ],
  [
    'headers that are called as what every object has',
    { headers: ['Constructor', 'a', 'Constructor', 'b', '__proto__', 'c', 'valueOf', 'd'] },
  ],
]

test.each(answers)('%s is passed on as it came, at once and later', async (_, reply) => {
  const { server, upstream } = wrapped
  upstream.behave(() => ({
    ...reply,
    headers: [...(reply.headers ?? []), ...more],
  }))
  const atOnce = await call(server.url, 'GET /api/api/things/7')
  const place = atOnce.headers['content-location'] ?? ''
  const later = await call(server.url, `GET ${place}/result`)
  for (const answer of [atOnce, later]) {
    expect(answer.status, answer.text).toBe(reply.status ?? 200)
    expect(answer.body.equals(Buffer.from(reply.body ?? ''))).toBe(true)
    expect(answer.headers['x-custom']).toBe('kept')
    expectHeaders(answer.rawHeaders, reply.headers ?? [])
    for (const name of [
      'set-cookie',
      'proxy-authenticate',
      'idempotency-replayed',
      'preference-applied',
    ]) {
      expect(answer.headers, name).not.toHaveProperty(name)
    }
    expect(answer.headers['keep-alive'] ?? '').not.toContain('timeout=9')
  }
  expect((await ended(server.url, place.replace('/v1/jobs/', ''))).state).toBe('succeeded')
  expect(upstream.calls).toHaveLength(1)
})

/** Told from what every object has by looking at what came on the wire. */
function expectHeaders(found: readonly string[], sent: readonly string[]): void {
  for (const name of namesOf(sent)) expect(valuesOf(found, name), name).toBe(valuesOf(sent, name))
  if (!sent.includes('Content-Type')) expect(namesOf(found)).not.toContain('content-type')
}

const namesOf = (raw: readonly string[]): readonly string[] =>
  raw.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase())

/** Of `Vary` the first are the upstream's, and ours come behind. */
const valuesOf = (raw: readonly string[], name: string): string =>
  namesOf(raw)
    .flatMap((each, at) => (each === name ? [raw[2 * at + 1]?.split(', Prefer')[0]] : []))
    .join(', ')

test("HEAD has the headers of the upstream's answer and no body", async () => {
  const { server, upstream } = wrapped
  const sent = { 'content-type': 'text/plain', 'etag': '"v7"', 'content-length': '4711' }
  upstream.behave(() => ({ headers: Object.entries(sent).flat() }))
  const answer = await call(server.url, 'HEAD /api/api/things')
  expect(answer.status).toBe(200)
  expect(answer.headers).toMatchObject(sent)
  // Fetched by its job it is an answer to GET, and has the length that it has.
  const result = await call(server.url, `GET ${answer.headers['content-location']}/result`)
  expect([result.headers['content-length'], result.text]).toEqual(['0', ''])
})

test('HEAD has no length where the upstream named none', async () => {
  const { server, upstream } = wrapped
  upstream.behave(() => ({
    headers: ['Content-Type', 'text/plain', 'Transfer-Encoding', 'chunked'],
  }))
  const answer = await call(server.url, 'HEAD /api/api/things')
  expect(answer.status).toBe(200)
  expect(answer.headers).not.toHaveProperty('content-length')
  expect(answer.headers).not.toHaveProperty('transfer-encoding')
})

test('a 304 that names the length of what it does not send is passed on without it', async () => {
  const { server, upstream } = wrapped
  upstream.behave(() => ({ status: 304, headers: ['ETag', '"v1"', 'Content-Length', '17'] }))
  const atOnce = await call(server.url, 'GET /api/api/things/7')
  const place = atOnce.headers['content-location']
  const later = await call(server.url, `GET ${place}/result`)
  for (const answer of [atOnce, later]) {
    expect([answer.status, answer.text]).toEqual([304, ''])
    expect(answer.headers).toMatchObject({ etag: '"v1"' })
    expect(answer.headers).not.toHaveProperty('content-length')
  }
  expect(upstream.calls).toHaveLength(1)
})

test('async and adaptive calls of a service: 202, then the result where it says', async () => {
  await using adaptive = await startWrapped({ mode: 'adaptive', wait: '50ms' })
  const { server, upstream } = adaptive
  const release = Promise.withResolvers<Reply>()
  upstream.behave(() => release.promise)
  const accepted = await call(server.url, 'GET /api/api/things')
  expect(accepted.status, accepted.text).toBe(202)
  const location = accepted.headers['location'] ?? ''
  expectProblem(await call(server.url, `GET ${location}/result`), 404, 'result-not-ready')
  release.resolve({ status: 206, headers: ['Content-Type', 'text/plain'], body: 'part' })
  const result = await call(server.url, `GET ${location}/result`, {
    headers: { prefer: 'wait=20' },
  })
  expect([result.status, result.text]).toEqual([206, 'part'])
  expect(result.headers['content-type']).toBe('text/plain')
})

test('fields do not belong to us in a call of a wrapped API', async () => {
  const { server, upstream } = wrapped
  upstream.behave(() => ({ headers: ['Content-Type', 'application/json'], body: '{"a":1,"b":2}' }))
  const answer = await call(server.url, 'GET /api/api/things?fields=a')
  expect(answer.text).toBe('{"a":1,"b":2}')
  const later = await call(server.url, `GET ${answer.headers['content-location']}/result?fields=a`)
  expect(later.json()).toEqual({ a: 1 })
})

const rows = { a: 1, b: Array.from({ length: 500 }, (_, at) => at) }

/** What a call gives when its upstream encoded the JSON so, and its job. */
async function encodedResult(encoding: string, body: Uint8Array): Promise<string> {
  const { server, upstream } = wrapped
  const coded = encoding === '' ? [] : ['Content-Encoding', encoding]
  const length = String(body.byteLength)
  upstream.behave(() => ({
    headers: [
      'Content-Type',
      'application/json',
      'ETag',
      '"v1"',
      'Content-Length',
      length,
      ...coded,
    ],
    body,
  }))
  const answer = await call(server.url, 'GET /api/api/things')
  expect(answer.body.equals(body)).toBe(true)
  return `${answer.headers['content-location']}/result`
}

test.each([
  ['gzip', gzipSync],
  ['X-GZIP', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
  ['identity', Buffer.from],
  ['', Buffer.from],
])('fields are picked from JSON that the upstream encoded as "%s"', async (encoding, encode) => {
  const { server } = wrapped
  const place = await encodedResult(encoding, encode(Buffer.from(JSON.stringify(rows))))
  const part = await call(server.url, `GET ${place}?fields=a`)
  expect([part.status, part.text]).toEqual([200, '{"a":1}'])
  expect(part.headers).toMatchObject({ 'content-type': 'application/json', 'content-length': '7' })
  for (const name of ['content-encoding', 'etag']) expect(part.headers).not.toHaveProperty(name)
  const head = await call(server.url, `HEAD ${place}?fields=a`)
  expect(head.headers['content-length']).toBe('7')
  const whole = await call(server.url, `GET ${place}?fields=a,b`, {
    headers: { 'accept-encoding': 'gzip' },
  })
  expect(JSON.parse(gunzipSync(whole.body).toString())).toEqual(rows)
})

test.each([
  ['an encoding that nobody knows', 'snappy', gzipSync('{"a":1}'), /'snappy'/],
  ['several encodings', 'gzip, br', gzipSync('{"a":1}'), /'gzip, br'/],
  ['far too much', 'gzip', gzipSync(`[${' '.repeat(9_000_000)}]`), /more than 8/],
])(
  'fields of %s are refused, and the result is there without',
  async (_, encoding, body, detail) => {
    const { server } = wrapped
    const place = await encodedResult(encoding, body)
    const refused = await call(server.url, `GET ${place}?fields=a`)
    const problem = expectProblem(refused, 406, 'not-acceptable')
    expect(problem.detail).toMatch(detail)
    expect(problem.detail).toMatch(/without `fields`/)
    expect((await call(server.url, `GET ${place}`)).body.equals(body)).toBe(true)
  },
)

test('what is not encoded as it says is passed on as it came, with fields too', async () => {
  const place = await encodedResult('gzip', Buffer.from('{"a":1}'))
  const answer = await call(wrapped.server.url, `GET ${place}?fields=a`)
  expect([answer.text, answer.headers['content-encoding']]).toEqual(['{"a":1}', 'gzip'])
})

test.each([
  ['application/json', 'gzip', gzipSync],
  ['application/hal+json', 'br', brotliCompressSync],
  ['application/vnd.api+json', '', Buffer.from],
])('%s that is encoded as "%s" stands in line in its event', async (type, encoding, encode) => {
  const { server, upstream } = wrapped
  const coded = encoding === '' ? [] : ['Content-Encoding', encoding]
  const body = encode(Buffer.from('{"a":[1.0]}'))
  upstream.behave(() => ({ headers: ['Content-Type', type, ...coded], body }))
  const { headers } = await call(server.url, 'GET /api/api/things')
  const events = await call(server.url, `GET ${headers['content-location']}/events`)
  expect(events.text).toContain('"result":{"a":[1.0]}')
})
