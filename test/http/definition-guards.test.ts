import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { service } from '../../packages/server/src/define/service.ts'
import { call } from './support/call.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer, type TestServer } from './support/server.ts'
import { startUpstream, type Upstream } from './support/upstream.ts'
import { document } from './support/wrapped.ts'

let upstream: Upstream
let server: TestServer

beforeAll(async () => {
  upstream = await startUpstream()
  server = await startTestServer({
    services: { declared: service({ openapi: document, url: upstream.url, mode: 'sync' }) },
    outboundAllow: [upstream.host],
  })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

const put = (name: string, body: object) =>
  call(server.url, `PUT /v1/services/${name}`, { json: body })

test('a stored service stands never in front of a route of the configuration', async () => {
  const root = { '/': { get: { operationId: 'root' } }, '/{any}': { get: { operationId: 'any' } } }
  const hiding = { ...document, paths: root }
  upstream.behave(({ target }) => ({ body: target }))
  const at = { url: `${upstream.url}/stored`, mode: 'sync', mount: '/api/declared/things' }
  expect((await put('hiding', { openapi: hiding, ...at })).status).toBe(201)
  expect((await call(server.url, 'GET /api/declared/things')).text).toBe('/things')
  expect((await call(server.url, 'GET /api/declared/things/1')).text).toBe('/things/1')
})

test('an import takes no secret to another address', async () => {
  upstream.behave((arrived) => ({ body: arrived.header('x-key') ?? 'none' }))
  const credentials = { header: 'x-key', value: 'geheim-4711' }
  await put('keyed', { openapi: document, url: upstream.url, mode: 'sync', credentials })
  const elsewhere = encodeURIComponent('http://evil.test')
  const moved = await call(server.url, `POST /v1/services/import?name=keyed&url=${elsewhere}`, {
    json: document,
  })
  const problem = expectProblem(moved, 422, 'validation-failed')
  expect(problem.errors?.[0]?.pointer).toBe('/credentials')
  const renewed = { ...document, info: { ...document.info, version: '2' } }
  const stays = await call(server.url, 'POST /v1/services/import?name=keyed', { json: renewed })
  expect(stays.json(), stays.text).toMatchObject({ version: 2, url: upstream.url })
  expect((await call(server.url, 'GET /api/keyed/things')).text).toBe('geheim-4711')
})

test('a service that nobody may call says so', async () => {
  const made = await call(server.url, 'POST /v1/services/import?name=far&url=http://[::1]:1', {
    json: document,
  })
  const note = expect.stringContaining('put "[::1]:1" into outbound.allow') as string
  expect(made.json(), made.text).toMatchObject({ notes: [note] })
  const shown = await call(server.url, 'GET /v1/services/far')
  expect(shown.json()).toMatchObject({ problem: null, notes: [note] })
})

test.each([
  ['now', '/schedule', /is not a time: .*five fields/],
  ['0 0 30 2 *', '/schedule', /never comes/],
  [{ cron: '61 * * * *' }, '/schedule/cron', /is not a time/],
  [{ cron: '0 3 * * *', timeZone: 'Mars/Olympus' }, '/schedule/timeZone', /is not a time zone/],
])('a schedule %j is refused with what is wrong with it', async (schedule, pointer, detail) => {
  await put('timed', { openapi: document, url: upstream.url })
  const json = { schedule }
  const answer = await call(server.url, 'PATCH /v1/operations/timed.list', { json })
  const { errors = [] } = expectProblem(answer, 422, 'validation-failed')
  expect(errors).toEqual([{ pointer, detail: expect.stringMatching(detail) as string }])
})

test.each([
  ['services', 'x', { openapi: document, url: 'http://a.test', mount: '/a/../v1' }, '/mount'],
  ['services', 'x', { openapi: document, url: 'http://a.test', mount: '/a/.' }, '/mount'],
  ['services', 'x'.repeat(64), { openapi: document, url: 'http://a.test' }, ''],
  ['channels', '__proto__', {}, ''],
  ['channels', 'news.{__proto__}', {}, ''],
])('%s: %s with %j is refused', async (kind, name, body, pointer) => {
  const answer = await call(server.url, `PUT /v1/${kind}/${name}`, { json: body })
  const { errors = [] } = expectProblem(answer, 422, 'validation-failed')
  expect(errors.map((error) => error.pointer)).toEqual([pointer])
})

test.each([
  ['/openapi', { openapi: 'http://me:geheim@127.0.0.1:1/api.json' }],
  ['/url', { openapi: document, url: 'http://me:geheim@127.0.0.1:1' }],
  [
    '/credentials/oauth2/tokenUrl',
    {
      openapi: document,
      url: 'http://127.0.0.1:1',
      credentials: {
        oauth2: { tokenUrl: 'http://me:geheim@127.0.0.1:1', clientId: 'a', clientSecret: 'b' },
      },
    },
  ],
])('an address with a password in it is refused at %s', async (pointer, body) => {
  const problem = expectProblem(await put('secret', body), 422, 'validation-failed')
  expect(problem.errors?.map((error) => error.pointer)).toEqual([pointer])
  expect(JSON.stringify(problem)).not.toContain('geheim@')
})

/** Sends a definition as those bytes, in that encoding. */
const encoded = (route: string, encoding: string, body: Uint8Array) =>
  call(server.url, route, {
    body,
    headers: { 'content-type': 'application/json', 'content-encoding': encoding },
  })

const bytes = (value: object): Buffer => Buffer.from(JSON.stringify(value))

test('definitions may be sent in an encoding, as inputs may', async () => {
  const url = encodeURIComponent(upstream.url)
  const zipped = gzipSync(bytes(document))
  const made = await encoded(`POST /v1/services/import?name=zipped&url=${url}`, 'gzip', zipped)
  expect([made.status, made.json()['title']], made.text).toEqual([201, 'Things'])
  const definition = bytes({ openapi: document, url: upstream.url })
  const stored = await encoded('PUT /v1/services/packed', 'br', brotliCompressSync(definition))
  expect(stored.status, stored.text).toBe(201)
  const policies = zstdCompressSync(bytes({ mode: 'sync' }))
  const patched = await encoded('PATCH /v1/operations/packed.list', 'zstd', policies)
  expect(patched.status, patched.text).toBe(200)
  const channel = await encoded('PUT /v1/channels/packed', 'GZIP', gzipSync('{}'))
  expect(channel.status, channel.text).toBe(201)
})

test('YAML with errors without end is refused, and holds up nobody meanwhile', async () => {
  const hostile = `{${','.repeat(300_000)}}`
  const routes = ['POST /v1/services/import?name=no&dryRun=true', 'POST /v1/channels/import']
  for (const route of routes) {
    let over = false
    const refused = call(server.url, route, {
      body: route.includes('channels') ? `asyncapi: 3.0.0\nx: ${hostile}` : hostile,
      headers: { 'content-type': 'application/yaml' },
    }).finally(() => (over = true))
    let longestMs = 0
    while (!over) {
      const began = performance.now()
      await call(server.url, 'GET /healthz')
      longestMs = Math.max(longestMs, performance.now() - began)
    }
    const { errors } = expectProblem(await refused, 422, 'validation-failed')
    expect(JSON.stringify(errors)).toMatch(/is neither JSON nor YAML: .* at line \d, column \d+/)
    expect(longestMs).toBeLessThan(3_000)
  }
})

test.each(['application/json-patch+json', 'text/plain'])(
  'a patch of type %s is refused',
  async (type) => {
    const answer = await call(server.url, 'PATCH /v1/operations/any', {
      body: '{"mode":"sync"}',
      headers: { 'content-type': type },
    })
    expectProblem(answer, 415, 'unsupported-media-type')
  },
)

test.each([
  ['an unknown one', 'snappy', gzipSync('{}'), 415, 'unsupported-media-type'],
  ['one that it is not in', 'gzip', Buffer.from('{}'), 400, 'malformed-body'],
  ['one of far too much', 'gzip', gzipSync(Buffer.alloc(34_000_000, 32)), 413, 'payload-too-large'],
])('a definition in %s is refused', async (_, encoding, body, status, code) => {
  for (const route of ['POST /v1/services/import?name=no', 'PUT /v1/services/no']) {
    expectProblem(await encoded(route, encoding, body), status, code)
  }
  const small = await encoded('PUT /v1/channels/no', encoding, body)
  expectProblem(small, status, code)
})
