import { describe, expect, test } from 'vitest'
import { call } from './support/call.ts'
import { expectStatus, useDefinitions, type Listed } from './support/definitions.ts'
import { expectProblem } from './support/problem.ts'

const world = useDefinitions()
const { definition, patch, put, read } = world

test('a service is there at once, its policies change at once, and roll back', async () => {
  world.upstream.behave(() => ({ body: 'hello' }))
  const gone = await call(world.server.url, 'GET /api/live/things')
  expectProblem(gone, 404, 'route-not-found')
  const created = expectStatus(await put('live', definition()), 201)
  expect(created.headers).toMatchObject({ etag: '"1"', location: '/v1/services/live' })
  expect((await call(world.server.url, 'GET /api/live/things')).text).toBe('hello')
  const contract = await read<{ paths: object }>('/openapi.json')
  expect(contract.paths).toHaveProperty('/api/live/things')

  expectStatus(await patch('live.list', { mode: 'async' }), 200)
  expectStatus(await call(world.server.url, 'GET /api/live/things'), 202)
  const changed = await read<{ mode: string; changed: object }>('/v1/operations/live.list')
  expect(changed).toMatchObject({ version: 1, mode: 'async', changed: { mode: 'async' } })
  expectStatus(await patch('live.list', { mode: 'sync', retry: { attempts: 1 } }), 200)
  expectStatus(await call(world.server.url, 'GET /api/live/things'), 200)
  const back = await call(world.server.url, 'POST /v1/operations/live.list/rollback', {
    json: { version: 1 },
  })
  expectStatus(back, 200)
  expect(JSON.parse(back.text)).toMatchObject({ name: 'live.list', version: 3 })
  expectStatus(await call(world.server.url, 'GET /api/live/things'), 202)
  expectStatus(await patch('live.list', { mode: null }), 200)
  expectStatus(await call(world.server.url, 'GET /api/live/things'), 200)
  const history = await read<{ versions: readonly Listed[] }>('/v1/operations/live.list/history')
  expect(history.versions.map(({ version }) => version)).toEqual([4, 3, 2, 1])

  expectStatus(await put('live', definition({ mode: 'async' })), 200)
  expectStatus(await call(world.server.url, 'GET /api/live/things'), 202)
  const rolled = await call(world.server.url, 'POST /v1/services/live/rollback', {
    json: { version: 1 },
  })
  expectStatus(rolled, 200)
  expectStatus(await call(world.server.url, 'GET /api/live/things'), 200)

  expectStatus(await call(world.server.url, 'DELETE /v1/services/live'), 204)
  expectProblem(await call(world.server.url, 'GET /api/live/things'), 404, 'route-not-found')
  expectProblem(await call(world.server.url, 'GET /v1/services/live'), 404, 'service-not-found')
  expect((await read<{ paths: object }>('/openapi.json')).paths).not.toHaveProperty(
    '/api/live/things',
  )
  expectStatus(await put('live', definition(), { 'if-none-match': '*' }), 201)
  expect(await read('/v1/operations/live.list')).toMatchObject({ changed: {}, version: 0 })
})

test('a job whose operation was deleted waits, and runs when it is back', async () => {
  world.upstream.behave(() => ({ status: 503 }))
  const retry = { attempts: 5, delay: '50ms', maxDelay: '50ms' }
  expectStatus(await put('pause', definition({ mode: 'async', retry })), 201)
  const accepted = await call(world.server.url, 'GET /api/pause/things')
  const { id } = JSON.parse(accepted.text) as { id: string }
  expectStatus(await call(world.server.url, 'DELETE /v1/services/pause'), 204)
  const waits = async (): Promise<unknown> =>
    (await read<{ waiting: { reason: string } | null }>(`/v1/jobs/${id}`)).waiting?.reason
  await expect.poll(waits).toBe('no_worker')
  world.upstream.behave(() => ({ body: 'back' }))
  expectStatus(await put('pause', definition()), 201)
  const job = await call(world.server.url, `GET /v1/jobs/${id}`, { headers: { prefer: 'wait=20' } })
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
    const removal = await call(world.server.url, 'DELETE /v1/services/conditional', { headers })
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
  world.upstream.behave(async (_, count) => {
    if (count > 1) return { body: 'new' }
    ask()
    await released
    return { body: 'old' }
  })
  expectStatus(await put('held', definition({ timeout: '20s' })), 201)
  const first = call(world.server.url, 'GET /api/held/things')
  await asked
  expectStatus(await put('held', definition({ timeout: '21s' })), 200)
  expect((await call(world.server.url, 'GET /api/held/things')).text).toBe('new')
  release()
  expect(await first).toMatchObject({ status: 200, text: 'old' })
})

test('no call is lost while its service is replaced again and again', async () => {
  world.upstream.behave(() => ({ body: 'ok' }))
  expectStatus(await put('busy', definition()), 201)
  const calls = Array.from({ length: 10 }, async () => {
    const statuses: number[] = []
    for (let count = 0; count < 15; count += 1) {
      statuses.push((await call(world.server.url, 'GET /api/busy/things')).status)
    }
    return statuses
  })
  for (let count = 1; count <= 10; count += 1) {
    expectStatus(await put('busy', definition({ wait: `${count}s` })), 200)
  }
  const statuses = new Set((await Promise.all(calls)).flat())
  expect([...statuses]).toEqual([200])
})

test('a schedule begins and ends with a change of policies', async () => {
  world.upstream.behave(() => ({ body: 'ticked' }))
  expectStatus(await put('timed', definition({ mode: 'async' })), 201)
  expectStatus(await patch('timed.list', { schedule: '* * * * * *' }), 200)
  await expect.poll(() => world.upstream.calls.length).toBeGreaterThan(1)
  expectStatus(await patch('timed.list', { schedule: null }), 200)
  expect(await read('/v1/operations/timed.list')).toMatchObject({ changed: {} })
  const needsInput = await patch('timed.read', { schedule: '0 3 * * *' })
  expectProblem(needsInput, 422, 'validation-failed')
  expectProblem(await patch('timed.list', { schedule: 'now' }), 422, 'validation-failed')
})

test('secrets are used and never given back', async () => {
  world.upstream.behave((arrived) => ({ body: arrived.header('x-key') ?? 'none' }))
  const credentials = { header: 'x-key', value: 'geheim-4711' }
  expectStatus(await put('keyed', definition({ credentials })), 201)
  expect((await call(world.server.url, 'GET /api/keyed/things')).text).toBe('geheim-4711')
  const shown = await read<{ definition: Record<string, unknown> }>('/v1/services/keyed')
  expect(shown.definition['credentials']).toEqual({ header: 'x-key', value: '***' })
  const stored = await world.server.store.definitions.read({ kind: 'service', name: 'keyed' }, null)
  expect(stored?.document).not.toContain('geheim')
  // What was read can be sent back, and the secret stays.
  expectStatus(await put('keyed', { ...shown.definition, wait: '9s' }), 200)
  expect((await call(world.server.url, 'GET /api/keyed/things')).text).toBe('geheim-4711')
  const elsewhere = { ...shown.definition, url: 'http://evil.test' }
  const refused = expectProblem(await put('keyed', elsewhere), 422, 'validation-failed')
  expect(refused.errors?.[0]?.pointer).toBe('/credentials')
})

describe('channels', () => {
  test('are declared, listed and removed', async () => {
    const options = { data: { type: 'object' }, history: { count: 5, age: '1h' }, shared: true }
    const path = '/v1/channels/news%2Fsport'
    expectStatus(await call(world.server.url, `PUT ${path}`, { json: options }), 201)
    expect(await read('/v1/channels/news.sport')).toMatchObject({
      name: 'news.sport',
      origin: 'store',
      definition: options,
    })
    expectStatus(await call(world.server.url, `PUT ${path}`, { json: {} }), 200)
    const back = await call(world.server.url, `POST ${path}/rollback`, { json: { version: 1 } })
    expectStatus(back, 200)
    expect(await read(path)).toMatchObject({ version: 3, definition: options })
    expectStatus(await call(world.server.url, `DELETE ${path}`), 204)
    expectProblem(await call(world.server.url, `GET ${path}`), 404, 'channel-not-found')
    expectProblem(await call(world.server.url, `DELETE ${path}`), 404, 'channel-not-found')
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
  expectProblem(
    await call(world.server.url, 'GET /v1/operations?limit=0'),
    400,
    'invalid-parameter',
  )
  expectProblem(await call(world.server.url, 'GET /v1/services?x=0'), 400, 'invalid-parameter')
})

// RFC 9110, section 13.1.2: whatever there is, somebody has it.
test.each(['/v1/operations/own', '/v1/services/declared', '/v1/channels/quotes.{symbol}'])(
  '%s, which has no version, is known to who knows anything of it',
  async (path) => {
    const asked = (tag: string) =>
      call(world.server.url, `GET ${encodeURI(path)}`, { headers: { 'if-none-match': tag } })
    expectStatus(await asked('*'), 304)
    expectStatus(await asked('"1"'), 200)
  },
)
