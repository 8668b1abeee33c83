import { describe, expect, test } from 'vitest'
import { call } from './support/call.ts'
import { useDefinitions, type Listed } from './support/definitions.ts'
import { expectProblem } from './support/problem.ts'
import { document } from './support/wrapped.ts'

const world = useDefinitions()
const { definition, patch, put, read } = world

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
    const answer = await call(world.server.url, request, body === undefined ? {} : { json: body })
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
  expectProblem(await call(world.server.url, 'GET /v1/services/refused'), 404, 'service-not-found')
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

test.each([
  ['jobs.mine', {}, ''],
  ['a..b', {}, ''],
  ['good', { data: { type: 'no-such' } }, '/data'],
  ['good', { history: { count: 0 } }, '/history/count'],
  ['good', { shared: 'yes' }, '/shared'],
  ['good', { dta: {} }, '/dta'],
])('a channel %s with %j is refused', async (name, body, pointer) => {
  const answer = await call(world.server.url, `PUT /v1/channels/${name}`, { json: body })
  const problem = expectProblem(answer, 422, 'validation-failed')
  expect(problem.errors?.map((error) => error.pointer)).toEqual([pointer])
})
