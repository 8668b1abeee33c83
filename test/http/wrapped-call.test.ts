import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call } from './support/call.ts'
import { expectProblem } from './support/problem.ts'
import { requestText, sendRaw } from './support/raw.ts'
import { startWrapped, type Wrapped } from './support/wrapped.ts'

let wrapped: Wrapped

beforeAll(async () => {
  wrapped = await startWrapped({ forward: ['X-Forward-Me'] })
})
afterAll(() => wrapped[Symbol.asyncDispose]())

const targets: readonly string[] = [
  '/things',
  '/things?',
  '/things?b=2&a=1&b=1',
  '/things?q=a+b&r=a%20b&s=%2B',
  '/things?q=%E2%82%AC&empty=&novalue',
  '/things?a[]=1&a[]=2&f={"x":1}',
  '/things?q=%zz',
  '/things?q=?&r=/&s=..',
  '/things/7',
  '/things/a%2Fb',
  '/things/a%2fb',
  '/things/a+b',
  '/things/a%20b',
  '/things/%E2%82%AC',
  '/things/%C3%A9?x=%C3%A9',
  "/things/a;b=1,c!$&'()*~",
  '/things/a:b@c',
  '/things/a...b',
  '/slash/',
]

test.each(targets)('GET /api/api%s arrives as it was sent', async (target) => {
  const { server, upstream } = wrapped
  upstream.behave(() => ({ body: 'ok' }))
  const answer = await sendRaw(server.port, requestText(server.port, `GET /api/api${target}`))
  expect(answer.status, answer.body).toBe(200)
  expect(upstream.calls.map((each) => each.target)).toEqual([target])
})

test.each([
  ['/things?b=2&a=1', '/things?b=2&a=1'],
  ['/things/a%2Fb', '/things/a%2Fb'],
])(
  '%s with the whole address in front, as a proxy is asked, is the same call',
  async (to, target) => {
    const { server, upstream } = wrapped
    upstream.behave(() => ({ body: 'ok' }))
    const origin = `http://127.0.0.1:${server.port}`
    const answer = await sendRaw(
      server.port,
      requestText(server.port, `GET ${origin}/api/api${to}`),
    )
    expect(answer.status, answer.body).toBe(200)
    expect(upstream.calls.map((each) => each.target)).toEqual([target])
    const home = await sendRaw(server.port, requestText(server.port, `GET ${origin}?a=/b`))
    expect(JSON.parse(home.body)).toMatchObject({ name: 'Buzzer' })
  },
)

test.each(['GET', 'HEAD', 'OPTIONS', 'POST'])('%s goes through as it is', async (method) => {
  const { server, upstream } = wrapped
  upstream.behave(() => ({
    headers: ['X-Answer', 'yes', 'Allow', 'GET'],
    body: method === 'HEAD' ? '' : 'b',
  }))
  const answer = await call(server.url, `${method} /api/api/things`)
  expect(answer.status, answer.text).toBe(200)
  expect(answer.headers).toMatchObject({ 'x-answer': 'yes', 'allow': 'GET' })
  expect(answer.text).toBe(method === 'HEAD' ? '' : 'b')
  expect(upstream.calls.map((each) => each.method)).toEqual([method])
})

test.each(['PUT', 'PATCH', 'DELETE'])('%s of one goes through', async (method) => {
  const { server, upstream } = wrapped
  upstream.behave(() => ({ status: 204 }))
  const answer = await call(server.url, `${method} /api/api/things/7`)
  expect(answer.status, answer.text).toBe(204)
  expect(upstream.calls.map((each) => each.method)).toEqual([method])
})

test('headers pass by the rules of section 1', async () => {
  const { server, upstream } = wrapped
  upstream.behave(() => ({ body: 'ok' }))
  const passed = {
    'accept': 'text/plain;q=0.5, */*',
    'accept-language': 'de, en;q=0.5',
    'accept-encoding': 'identity',
    'content-language': 'de',
    'x-declared': 'declared',
    'x-forward-me': 'forwarded',
    'tracestate': 'vendor=1',
  }
  const kept = {
    'authorization': 'Bearer of-mine',
    'proxy-authorization': 'Basic eDp5',
    'cookie': 'session=1',
    'prefer': 'wait=20',
    'buzzer-tags': 'a',
    'x-other': 'other',
    'referer': 'http://127.0.0.1/',
    'user-agent': 'a-test',
    'te': 'trailers',
    'keep-alive': 'timeout=5',
    'x-forwarded-for': '10.0.0.1',
    'x-hop': 'hop',
    'accept-hop': 'hop',
  }
  const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const answer = await call(server.url, 'GET /api/api/things', {
    headers: { ...passed, ...kept, traceparent: trace, connection: 'close, x-hop, accept-hop' },
  })
  expect(answer.status, answer.text).toBe(200)
  const [arrived] = upstream.calls
  const headers = Object.fromEntries(arrived?.headers ?? [])
  expect(headers).toMatchObject(passed)
  for (const name of Object.keys(kept)) expect(headers, name).not.toHaveProperty(name)
  expect(headers['host']).toBe(upstream.host)
  expect(headers['traceparent']).toMatch(
    /^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad)[0-9a-f]{16}-01$/,
  )
})

test('a tracestate that is too long loses whole entries', async () => {
  const { server, upstream } = wrapped
  upstream.behave(() => ({ body: 'ok' }))
  const entries = ['a', 'b', 'c', 'd', 'e', 'f'].map((key) => `${key}=`.padEnd(100, 'x'))
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const headers = { traceparent, tracestate: entries.join(',') }
  await call(server.url, 'GET /api/api/things', { headers })
  expect(upstream.calls[0]?.header('tracestate')).toBe(entries.slice(0, 5).join(','))
})

test("each attempt carries the caller's Idempotency-Key, else the id of the job", async () => {
  const { server, upstream } = wrapped
  upstream.behave((_, count) => ({ status: count % 2 === 1 ? 503 : 200 }))
  const own = await call(server.url, 'PUT /api/api/things/7', {
    headers: { 'idempotency-key': '"order-7"' },
  })
  expect(own.status, own.text).toBe(200)
  expect(upstream.calls.map((each) => each.header('idempotency-key'))).toEqual([
    '"order-7"',
    '"order-7"',
  ])
  const none = await call(server.url, 'PUT /api/api/things/8')
  const job = (none.headers['content-location'] ?? '').replace('/v1/jobs/', '')
  expect(upstream.calls.slice(2).map((each) => each.header('idempotency-key'))).toEqual([job, job])
})

const binary = randomBytes(200_000)
const multipart = Buffer.concat([
  Buffer.from('--x\r\nContent-Disposition: form-data; name="f"; filename="a.bin"\r\n\r\n'),
  binary,
  Buffer.from('\r\n--x--\r\n'),
])

test.each([
  ['application/octet-stream', binary],
  ['multipart/form-data; boundary=x', multipart],
  ['application/x-www-form-urlencoded', Buffer.from('a=1&a=2&b=%2B+')],
  ['text/plain; charset=latin1', Buffer.from('caf\xe9', 'latin1')],
  ['application/json', Buffer.from(' {"b":1,"a":9007199254740993} ')],
  ['image/png', Buffer.from([0x89, 0x50, 0, 255])],
])('a body of %s arrives byte for byte', async (mediaType, body) => {
  const { server, upstream } = wrapped
  upstream.behave(() => ({ status: 201 }))
  const answer = await call(server.url, 'POST /api/api/things', {
    body,
    headers: { 'content-type': mediaType },
  })
  expect(answer.status, answer.text).toBe(201)
  const [arrived] = upstream.calls
  expect(arrived?.body.equals(body)).toBe(true)
  expect(arrived?.header('content-type')).toBe(mediaType)
  expect(arrived?.header('content-length')).toBe(String(body.byteLength))
})

test('methods and paths that the document does not have are refused and never sent', async () => {
  const { server, upstream } = wrapped
  upstream.behave(() => ({ body: 'ok' }))
  const wrong = await call(server.url, 'DELETE /api/api/things')
  expectProblem(wrong, 405, 'method-not-allowed')
  expect(wrong.headers['allow']?.split(', ').toSorted()).toEqual(['GET', 'HEAD', 'OPTIONS', 'POST'])
  for (const path of [
    '/api/api/nothing',
    '/api/api',
    '/api/api/',
    '/api/apix/things',
    '/api/api/things/7/parts',
    '/api/api/THINGS',
    '/api/api//things',
    '/api/things',
  ]) {
    expectProblem(await call(server.url, `GET ${path}`), 404, 'route-not-found')
  }
  expect(upstream.calls).toEqual([])
})

test.each([
  '/api/api/../../v1/jobs',
  '/api/api/..',
  '/api/api/things/..',
  '/api/api/things/.',
  '/api/api/things/%2e%2e',
  '/api/api/things/%2E%2e',
  '/api/api/things/..%2f..%2fadmin',
  '/api/api/things/..%5cadmin',
  '/api/api/things/../admin',
  '/api/api/./things',
  '/api/../api/api/things',
])('GET %s goes nowhere', async (path) => {
  const { server, upstream } = wrapped
  upstream.behave(() => ({ body: 'ok' }))
  const stored = server.acceptances()
  const answer = await call(server.url, `GET ${path}`)
  expect(answer.status, answer.text).toBeGreaterThanOrEqual(400)
  expect(answer.status).toBeLessThan(500)
  expectProblem(answer, answer.status, answer.json<{ code: string }>().code)
  expect(upstream.calls).toEqual([])
  expect(server.acceptances()).toBe(stored)
})

test('an operation of a service is called by its route, not by its name', async () => {
  const { server, upstream } = wrapped
  upstream.behave(() => ({ body: 'ok' }))
  const answer = await call(server.url, 'POST /v1/operations/api.list/jobs', { json: {} })
  const { detail } = expectProblem(answer, 501, 'not-supported')
  expect(detail).toContain('GET /api/api/things')
  expect(upstream.calls).toEqual([])
})
