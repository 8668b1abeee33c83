import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { service } from '../../packages/server/src/define/service.ts'
import { call, type Answer } from './support/call.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer, type TestServer } from './support/server.ts'
import { startUpstream, type Upstream } from './support/upstream.ts'
import { document } from './support/wrapped.ts'

let upstream: Upstream
let server: TestServer

beforeAll(async () => {
  upstream = await startUpstream()
  server = await startTestServer({
    operations: { own: operation({ run: () => 1 }) },
    services: { declared: service({ openapi: document, url: upstream.url }) },
    channels: { 'quotes/{symbol}': channel({ history: { count: 10 } }) },
    outboundAllow: [upstream.host],
  })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
})

const definition = (more: object = {}): object => ({
  openapi: document,
  url: upstream.url,
  mode: 'sync',
  ...more,
})

const put = (name: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  call(server.url, `PUT /v1/services/${name}`, { json: body, headers })

const patch = (name: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  call(server.url, `PATCH /v1/operations/${name}`, { json: body, headers })

async function read<Body>(path: string): Promise<Body> {
  const answer = await call(server.url, `GET ${path}`)
  expect(answer.status, answer.text).toBe(200)
  return JSON.parse(answer.text) as Body
}

function expectStatus(answer: Answer, status: number): Answer {
  expect(answer.status, answer.text).toBe(status)
  return answer
}

interface Listed {
  readonly name: string
  readonly origin: string
  readonly version: number | null
  readonly shadowed: boolean
  readonly problem: string | null
  readonly mode?: string
}

test('a service is there at once, its policies change at once, and roll back', async () => {
  upstream.behave(() => ({ body: 'hello' }))
  const gone = await call(server.url, 'GET /api/live/things')
  expectProblem(gone, 404, 'route-not-found')
  const created = expectStatus(await put('live', definition()), 201)
  expect(created.headers).toMatchObject({ etag: '"1"', location: '/v1/services/live' })
  expect((await call(server.url, 'GET /api/live/things')).text).toBe('hello')
  const contract = await read<{ paths: object }>('/openapi.json')
  expect(contract.paths).toHaveProperty('/api/live/things')

  expectStatus(await patch('live.list', { mode: 'async' }), 200)
  expectStatus(await call(server.url, 'GET /api/live/things'), 202)
  const changed = await read<{ mode: string; changed: object }>('/v1/operations/live.list')
  expect(changed).toMatchObject({ version: 1, mode: 'async', changed: { mode: 'async' } })
  expectStatus(await patch('live.list', { mode: 'sync', retry: { attempts: 1 } }), 200)
  expectStatus(await call(server.url, 'GET /api/live/things'), 200)
  const back = await call(server.url, 'POST /v1/operations/live.list/rollback', {
    json: { version: 1 },
  })
  expectStatus(back, 200)
  expect(JSON.parse(back.text)).toMatchObject({ name: 'live.list', version: 3 })
  expectStatus(await call(server.url, 'GET /api/live/things'), 202)
  expectStatus(await patch('live.list', { mode: null }), 200)
  expectStatus(await call(server.url, 'GET /api/live/things'), 200)
  const history = await read<{ versions: readonly Listed[] }>('/v1/operations/live.list/history')
  expect(history.versions.map(({ version }) => version)).toEqual([4, 3, 2, 1])

  expectStatus(await put('live', definition({ mode: 'async' })), 200)
  expectStatus(await call(server.url, 'GET /api/live/things'), 202)
  const rolled = await call(server.url, 'POST /v1/services/live/rollback', { json: { version: 1 } })
  expectStatus(rolled, 200)
  expectStatus(await call(server.url, 'GET /api/live/things'), 200)

  expectStatus(await call(server.url, 'DELETE /v1/services/live'), 204)
  expectProblem(await call(server.url, 'GET /api/live/things'), 404, 'route-not-found')
  expectProblem(await call(server.url, 'GET /v1/services/live'), 404, 'service-not-found')
  expect((await read<{ paths: object }>('/openapi.json')).paths).not.toHaveProperty(
    '/api/live/things',
  )
  expectStatus(await put('live', definition(), { 'if-none-match': '*' }), 201)
  expect(await read('/v1/operations/live.list')).toMatchObject({ changed: {}, version: 0 })
})

test('a job whose operation was deleted waits, and runs when it is back', async () => {
  upstream.behave(() => ({ status: 503 }))
  const retry = { attempts: 5, delay: '50ms', maxDelay: '50ms' }
  expectStatus(await put('pause', definition({ mode: 'async', retry })), 201)
  const accepted = await call(server.url, 'GET /api/pause/things')
  const { id } = JSON.parse(accepted.text) as { id: string }
  expectStatus(await call(server.url, 'DELETE /v1/services/pause'), 204)
  const waits = async (): Promise<unknown> =>
    (await read<{ waiting: { reason: string } | null }>(`/v1/jobs/${id}`)).waiting?.reason
  await expect.poll(waits).toBe('no_worker')
  upstream.behave(() => ({ body: 'back' }))
  expectStatus(await put('pause', definition()), 201)
  const job = await call(server.url, `GET /v1/jobs/${id}`, { headers: { prefer: 'wait=20' } })
  expect(JSON.parse(job.text)).toMatchObject({ state: 'succeeded' })
})

describe('versions', () => {
  test('one of twenty changes of the same version wins', async () => {
    expectStatus(await put('race', definition()), 201)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        put('race', definition({ wait: `${index + 1}s` }), { 'if-match': '"1"' }),
      ),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expectProblem(answer, 412, 'precondition-failed')
    }
  })

  test('twenty changes without a condition are twenty versions', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => put('many', definition({ wait: `${index}s` }))),
    )
    const versions = answers.map(({ text }) => (JSON.parse(text) as Listed).version)
    expect(versions.toSorted((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    )
  })

  test.each([
    [{ 'if-match': '"9"' }, 412, 'precondition-failed'],
    [{ 'if-match': 'W/"1"' }, 412, 'precondition-failed'],
    [{ 'if-none-match': '*' }, 412, 'precondition-failed'],
    [{ 'if-match': 'nonsense' }, 400, 'invalid-header'],
    [{ 'if-none-match': '"1"' }, 400, 'invalid-header'],
  ])('%j', async (headers, status, code) => {
    await put('conditional', definition())
    expectProblem(await put('conditional', definition(), headers), status, code)
    const removal = await call(server.url, 'DELETE /v1/services/conditional', { headers })
    expectProblem(removal, status, code)
  })
})

test('what is the same as before makes no new version', async () => {
  await put('same', definition())
  const again = expectStatus(await put('same', definition()), 200)
  expect(again.json()).toMatchObject({ version: 1, changes: { breaking: false, changed: [] } })
  const nothing = expectStatus(await patch('same.list', { mode: null }), 200)
  expect(nothing.json()).toMatchObject({ version: 0 })
  const history = await read<{ versions: readonly object[] }>('/v1/services/same/history')
  expect(history.versions).toHaveLength(1)
})

test('attempts under way end as they began, whatever replaces their service', async () => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  upstream.behave(async (_, count) => {
    if (count > 1) return { body: 'new' }
    ask()
    await released
    return { body: 'old' }
  })
  expectStatus(await put('held', definition({ timeout: '20s' })), 201)
  const first = call(server.url, 'GET /api/held/things')
  await asked
  expectStatus(await put('held', definition({ timeout: '21s' })), 200)
  expect((await call(server.url, 'GET /api/held/things')).text).toBe('new')
  release()
  expect(await first).toMatchObject({ status: 200, text: 'old' })
})

test('no call is lost while its service is replaced again and again', async () => {
  upstream.behave(() => ({ body: 'ok' }))
  expectStatus(await put('busy', definition()), 201)
  const calls = Array.from({ length: 10 }, async () => {
    const statuses: number[] = []
    for (let count = 0; count < 15; count += 1) {
      statuses.push((await call(server.url, 'GET /api/busy/things')).status)
    }
    return statuses
  })
  for (let count = 1; count <= 10; count += 1) {
    expectStatus(await put('busy', definition({ wait: `${count}s` })), 200)
  }
  const statuses = new Set((await Promise.all(calls)).flat())
  expect([...statuses]).toEqual([200])
})

describe('what stands in the configuration', () => {
  test.each([
    ['PUT /v1/services/declared', { openapi: {} }],
    ['DELETE /v1/services/declared', undefined],
    ['POST /v1/services/declared/rollback', { version: 1 }],
    ['POST /v1/services/import?name=declared', document],
    ['POST /v1/services/import?name=declared&dryRun=true', document],
    ['PATCH /v1/operations/declared.list', { mode: 'sync' }],
    ['PATCH /v1/operations/own', { mode: 'sync' }],
    ['PUT /v1/channels/quotes.%7Bsymbol%7D', {}],
    ['PUT /v1/channels/quotes%2F%7Bsymbol%7D', {}],
    ['DELETE /v1/channels/quotes.%7Bsymbol%7D', undefined],
  ])('%s is refused', async (request, body) => {
    const answer = await call(server.url, request, body === undefined ? {} : { json: body })
    const problem = expectProblem(answer, 409, 'defined-in-config')
    expect(problem.detail).toMatch(/configuration/)
  })

  test('is listed with the rest', async () => {
    const { operations } = await read<{ operations: readonly Listed[] }>('/v1/operations')
    const own = operations.find(({ name }) => name === 'own')
    expect(own).toMatchObject({ origin: 'config', version: null, mode: 'async' })
    const { channels } = await read<{ channels: readonly Listed[] }>('/v1/channels')
    expect(channels).toMatchObject([{ name: 'quotes.{symbol}', origin: 'config' }])
    const one = await read<Listed>('/v1/services/declared')
    expect(one).toMatchObject({ origin: 'config', mount: '/api/declared', shadowed: false })
  })
})

test.each([
  ['no object', 7, ''],
  ['no document', {}, '/openapi'],
  ['a path', { openapi: './api.yaml' }, '/openapi'],
  ['a file URL', { openapi: 'file:///etc/passwd' }, '/openapi'],
  ['a private URL', { openapi: 'http://127.0.0.1:1/openapi.json' }, '/openapi'],
  ['no OpenAPI', { openapi: { a: 1 } }, '/openapi'],
  ['no server', { openapi: document }, '/url'],
  ['an unknown option', { openapi: document, url: 'http://a.test', moed: 'sync' }, '/moed'],
  ['a bad duration', { openapi: document, url: 'http://a.test', wait: '2 days' }, '/wait'],
  [
    'a bad override',
    { openapi: document, url: 'http://a.test', operations: { list: { mode: 'fast' } } },
    '/operations/list/mode',
  ],
  [
    'an unknown operation',
    { openapi: document, url: 'http://a.test', operations: { nope: { mode: 'sync' } } },
    '/operations/nope',
  ],
  ['a taken mount', { openapi: document, url: 'http://a.test', mount: '/api/declared' }, '/mount'],
  ["Buzzer's own paths", { openapi: document, url: 'http://a.test', mount: '/v1/x' }, '/mount'],
  ['credentials', { openapi: document, url: 'http://a.test', credentials: 'x' }, '/credentials'],
  [
    'a secret never told',
    { openapi: document, url: 'http://a.test', credentials: { header: 'x-key', value: '***' } },
    '/credentials',
  ],
  ['a URL with a query', { openapi: document, url: 'http://a.test/?a=1' }, '/url'],
])('a service with %s is refused', async (_, body, pointer) => {
  const problem = expectProblem(await put('refused', body), 422, 'validation-failed')
  expect(problem.errors?.map((error) => error.pointer)).toEqual([pointer])
  expectProblem(await call(server.url, 'GET /v1/services/refused'), 404, 'service-not-found')
})

test.each([
  ['a bad mode', { mode: 'fast' }, '/mode'],
  ['an unknown policy', { speed: 1 }, '/speed'],
  ['a bad retry', { retry: { attempts: 0 } }, '/retry/attempts'],
  ['what only a service has', { url: 'http://a.test' }, '/url'],
  ['no object', [1], ''],
])('policies with %s are refused', async (_, body, pointer) => {
  await put('patched', definition())
  const problem = expectProblem(await patch('patched.list', body), 422, 'validation-failed')
  expect(problem.errors?.map((error) => error.pointer)).toEqual([pointer])
  expectProblem(await patch('patched.nope', {}), 404, 'operation-not-found')
})

test('a schedule begins and ends with a change of policies', async () => {
  upstream.behave(() => ({ body: 'ticked' }))
  expectStatus(await put('timed', definition({ mode: 'async' })), 201)
  expectStatus(await patch('timed.list', { schedule: '* * * * * *' }), 200)
  await expect.poll(() => upstream.calls.length).toBeGreaterThan(1)
  expectStatus(await patch('timed.list', { schedule: null }), 200)
  expect(await read('/v1/operations/timed.list')).toMatchObject({ changed: {} })
  const needsInput = await patch('timed.read', { schedule: '0 3 * * *' })
  expectProblem(needsInput, 422, 'validation-failed')
  expectProblem(await patch('timed.list', { schedule: 'now' }), 422, 'validation-failed')
})

test('secrets are used and never given back', async () => {
  upstream.behave((arrived) => ({ body: arrived.header('x-key') ?? 'none' }))
  const credentials = { header: 'x-key', value: 'geheim-4711' }
  expectStatus(await put('keyed', definition({ credentials })), 201)
  expect((await call(server.url, 'GET /api/keyed/things')).text).toBe('geheim-4711')
  const shown = await read<{ definition: Record<string, unknown> }>('/v1/services/keyed')
  expect(shown.definition['credentials']).toEqual({ header: 'x-key', value: '***' })
  const stored = await server.store.definitions.read({ kind: 'service', name: 'keyed' }, null)
  expect(stored?.document).not.toContain('geheim')
  // What was read can be sent back, and the secret stays.
  expectStatus(await put('keyed', { ...shown.definition, wait: '9s' }), 200)
  expect((await call(server.url, 'GET /api/keyed/things')).text).toBe('geheim-4711')
  const elsewhere = { ...shown.definition, url: 'http://evil.test' }
  const refused = expectProblem(await put('keyed', elsewhere), 422, 'validation-failed')
  expect(refused.errors?.[0]?.pointer).toBe('/credentials')
})

describe('channels', () => {
  test('are declared, listed and removed', async () => {
    const options = { data: { type: 'object' }, history: { count: 5, age: '1h' }, shared: true }
    const path = '/v1/channels/news%2Fsport'
    expectStatus(await call(server.url, `PUT ${path}`, { json: options }), 201)
    expect(await read('/v1/channels/news.sport')).toMatchObject({
      name: 'news.sport',
      origin: 'store',
      definition: options,
    })
    expectStatus(await call(server.url, `PUT ${path}`, { json: {} }), 200)
    const back = await call(server.url, `POST ${path}/rollback`, { json: { version: 1 } })
    expectStatus(back, 200)
    expect(await read(path)).toMatchObject({ version: 3, definition: options })
    expectStatus(await call(server.url, `DELETE ${path}`), 204)
    expectProblem(await call(server.url, `GET ${path}`), 404, 'channel-not-found')
    expectProblem(await call(server.url, `DELETE ${path}`), 404, 'channel-not-found')
  })

  test.each([
    ['jobs.mine', {}, ''],
    ['a..b', {}, ''],
    ['good', { data: { type: 'no-such' } }, '/data'],
    ['good', { history: { count: 0 } }, '/history/count'],
    ['good', { shared: 'yes' }, '/shared'],
    ['good', { dta: {} }, '/dta'],
  ])('%s with %j is refused', async (name, body, pointer) => {
    const answer = await call(server.url, `PUT /v1/channels/${name}`, { json: body })
    const problem = expectProblem(answer, 422, 'validation-failed')
    expect(problem.errors?.map((error) => error.pointer)).toEqual([pointer])
  })
})

test('lists come in pages', async () => {
  const names: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: { operations: readonly Listed[]; next: string | null } = await read(
      `/v1/operations?limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`,
    )
    names.push(...page.operations.map(({ name }) => name))
    cursor = page.next
  }
  const all = await read<{ operations: readonly Listed[] }>('/v1/operations?limit=1000')
  expect(names).toEqual(all.operations.map(({ name }) => name))
  expect(names.length).toBeGreaterThan(14)
  expectProblem(await call(server.url, 'GET /v1/operations?limit=0'), 400, 'invalid-parameter')
  expectProblem(await call(server.url, 'GET /v1/services?x=0'), 400, 'invalid-parameter')
})

describe('a server that starts again', () => {
  test('has what it had, and the configuration wins', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'buzzer-definitions-'))
    const settings = { dataFolder: folder, store: { kind: 'sqlite' as const, folder } }
    const allow = { outboundAllow: [upstream.host] }
    const at = async <Body>(url: string, path: string): Promise<Body> =>
      JSON.parse((await call(url, `GET ${path}`)).text) as Body
    upstream.behave(() => ({ body: 'kept' }))
    try {
      {
        await using first = await startTestServer({ ...settings, ...allow })
        const credentials = { basic: { username: 'u', password: 'p' } }
        const body = definition({ credentials })
        expectStatus(await call(first.url, 'PUT /v1/services/kept', { json: body }), 201)
        const change = { json: { mode: 'async' } }
        expectStatus(await call(first.url, 'PATCH /v1/operations/kept.read', change), 200)
        const broken = {
          kind: 'service' as const,
          expected: 0,
          document: 'no JSON',
          attachment: null,
          at: 1,
          by: null,
        }
        await first.store.definitions.change([{ ...broken, name: 'broken' }])
      }
      {
        await using second = await startTestServer({ ...settings, ...allow })
        expect((await call(second.url, 'GET /api/kept/things')).text).toBe('kept')
        expect(upstream.calls.at(-1)?.header('authorization')).toBe('Basic dTpw')
        expectStatus(await call(second.url, 'GET /api/kept/things/1'), 202)
        const { services } = await at<{ services: readonly Listed[] }>(second.url, '/v1/services')
        expect(services.map(({ name, problem }) => [name, problem === null])).toEqual([
          ['broken', false],
          ['kept', true],
        ])
      }
      {
        const declared = service({ openapi: document, url: upstream.url, mount: '/api/mine' })
        await using third = await startTestServer({
          ...settings,
          ...allow,
          services: { kept: declared },
        })
        expectStatus(await call(third.url, 'GET /api/kept/things'), 404)
        const { services } = await at<{ services: readonly Listed[] }>(third.url, '/v1/services')
        expect(services.filter(({ name }) => name === 'kept')).toMatchObject([
          { origin: 'config', shadowed: false },
          { origin: 'store', version: 1, shadowed: true },
        ])
      }
      {
        await using fourth = await startTestServer({
          ...settings,
          ...allow,
          secret: 'x'.repeat(32),
        })
        const kept = await at<Listed>(fourth.url, '/v1/services/kept')
        expect(kept.problem).toMatch(/secret/)
      }
    } finally {
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    }
  })
})

describe('an import', () => {
  const importAs = (query: string, text: string): Promise<Answer> =>
    call(server.url, `POST /v1/services/import?${query}`, {
      body: text,
      headers: { 'content-type': 'application/yaml' },
    })

  test('says what would be, and then what changed', async () => {
    const text = JSON.stringify(document)
    const url = encodeURIComponent(upstream.url)
    const dry = expectStatus(await importAs('name=fresh&dryRun=true', text), 200)
    expect(JSON.parse(dry.text)).toMatchObject({
      name: 'fresh',
      url: null,
      notes: [expect.stringContaining('names no server')],
    })
    expectProblem(await call(server.url, 'GET /v1/services/fresh'), 404, 'service-not-found')
    expectProblem(await importAs('name=fresh', text), 422, 'validation-failed')
    expectStatus(await importAs(`name=fresh&url=${url}`, text), 201)
    upstream.behave(() => ({ body: 'imported' }))
    expectStatus(await call(server.url, 'GET /api/fresh/things?wait=1'), 200)
    const { '/slash/': _, ...paths } = document.paths
    const next = { ...document, paths: { ...paths, '/new': { get: { operationId: 'new' } } } }
    const again = expectStatus(await importAs('name=fresh', JSON.stringify(next)), 200)
    expect(JSON.parse(again.text)).toMatchObject({
      version: 2,
      changes: {
        breaking: true,
        added: [{ name: 'fresh.new', method: 'GET', path: '/new' }],
        removed: [{ name: 'fresh.slash', method: 'GET', path: '/slash/' }],
        changed: [],
      },
    })
    expectProblem(await importAs('name=fresh', '{"a":1}'), 422, 'validation-failed')
    expectProblem(await importAs('name=a.b', text), 422, 'validation-failed')
    expectProblem(await importAs('dry=true', text), 400, 'invalid-parameter')
  })

  test('of a large document is taken', async () => {
    const long = 'x'.repeat(12_000_000)
    const text = JSON.stringify({ ...document, info: { ...document.info, description: long } })
    const url = encodeURIComponent(upstream.url)
    expectStatus(await importAs(`name=large&url=${url}`, text), 201)
    const shown = await read<{ definition: { openapi: { info: { description: string } } } }>(
      '/v1/services/large',
    )
    expect(shown.definition.openapi.info.description).toHaveLength(long.length)
  })

  test('of YAML is shown as it was meant', async () => {
    const yaml = await readFile(
      new URL('../../packages/server/src/contracts/fixtures/parameters.yaml', import.meta.url),
      'utf8',
    )
    const url = encodeURIComponent(upstream.url)
    expectStatus(await importAs(`name=yaml&url=${url}`, yaml), 201)
    const again = expectStatus(await importAs('name=yaml&dryRun=true', yaml), 200)
    expect(JSON.parse(again.text)).toMatchObject({
      changes: { breaking: false, added: [], removed: [], changed: [] },
    })
  })
})

// RFC 9110, section 13.1.2: whatever there is, somebody has it.
test.each(['/v1/operations/own', '/v1/services/declared', '/v1/channels/quotes.{symbol}'])(
  '%s, which has no version, is known to who knows anything of it',
  async (path) => {
    const asked = (tag: string) =>
      call(server.url, `GET ${encodeURI(path)}`, { headers: { 'if-none-match': tag } })
    expectStatus(await asked('*'), 304)
    expectStatus(await asked('"1"'), 200)
  },
)
