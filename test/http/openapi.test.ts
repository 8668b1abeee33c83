import { Validator } from '@seriousme/openapi-schema-validator'
import { parse } from 'yaml'
import { expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { service } from '../../packages/server/src/define/service.ts'
import { routes } from '../../packages/server/src/gateway/http/routes/index.ts'
import { call } from './support/call.ts'
import { startTestServer } from './support/server.ts'
import { document } from './support/wrapped.ts'

interface Described {
  readonly openapi: string
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

test('the API describes itself, in JSON and YAML, for a validator of others', async () => {
  const api = service({ openapi: document, url: 'http://127.0.0.1:9', mount: '/wrapped/things' })
  await using server = await startTestServer({
    operations: { 'render-report': operation({ input: { type: 'object' }, run: () => null }) },
    services: { api },
  })
  const described: Described[] = []
  for (const [path, mediaType, version] of [
    ['/openapi.json', 'application/json', '3.1'],
    ['/openapi.json?version=3.2', 'application/json', '3.2'],
    ['/openapi.yaml', 'application/yaml', '3.1'],
  ] as const) {
    const answer = await call(server.url, `GET ${path}`)
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toContain(mediaType)
    const read = parse(answer.text) as Described
    expect(read.openapi.startsWith(version)).toBe(true)
    const { valid, errors } = await new Validator().validate({ ...read })
    expect(valid, JSON.stringify(errors)).toBe(true)
    described.push(read)
  }
  const [json, , yaml] = described
  expect(yaml).toEqual(json)
  const { servers = [], paths = {} } = json ?? {}
  expect(servers.map(({ url }) => url)).toEqual([server.url])
  expect(paths['/v1/operations/render-report/jobs']).toHaveProperty('post')
  expect(paths['/wrapped/things/things/{id}']).toHaveProperty('patch')
})

test('every route that it names is served', async () => {
  await using server = await startTestServer()
  const { paths } = (await call(server.url, 'GET /openapi.json')).json<Described>()
  const patterns = new Set(
    routes.map(({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, '{}')}`),
  )
  const named = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item)
      .filter((key) => /^(?:get|post|put|patch|delete)$/.test(key))
      .map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, '{}')}`),
  )
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter((route) => !patterns.has(route))).toEqual([])
})

interface Asked {
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

const large: Asked = {
  headers: { 'content-type': 'application/json' },
  body: `"${'x'.repeat(2_000)}"`,
}

/** What a caller may meet besides what was asked for. */
const answers: readonly (readonly [route: string, query: string, asked: Asked, status: number])[] =
  [
    ['GET /v1/jobs/{id}', '?fields=none', {}, 400],
    ['GET /v1/batches/{id}', '?fields=none', {}, 400],
    ['GET /v1/jobs/{id}/events', '', { headers: { accept: 'image/png' } }, 406],
    ['GET /v1/jobs/{id}/events', '?from=1', {}, 400],
    ['GET /v1/schedules', '?limit=none', {}, 400],
    ['GET /v1/channels/{name}', '', { headers: { 'if-none-match': '*' } }, 304],
    ['GET /docs', '', { headers: { 'if-none-match': '*' } }, 304],
    ['GET /docs/channels', '', { headers: { 'if-none-match': '*' } }, 304],
    ['GET /docs/{file}', '', { headers: { 'if-none-match': '*' } }, 304],
    ['PATCH /v1/operations/{name}', '', large, 413],
    ['POST /v1/channels/{name}/rollback', '', large, 413],
    ['POST /v1/dead-letters/retry', '', large, 413],
    ['POST /v1/dead-letters/discard', '', { headers: { 'content-encoding': 'x' }, body: '1' }, 415],
    ['POST /v1/tickets', '', large, 413],
  ]

const fills: Readonly<Record<string, string>> = { name: 'any', file: 'try.js' }

test('it names what a caller may meet besides what was asked for', async () => {
  await using server = await startTestServer({ limits: { bodyBytes: 1_000, resultBytes: 1_000 } })
  await call(server.url, 'PUT /v1/channels/any', { json: {} })
  const { paths } = (await call(server.url, 'GET /openapi.json')).json<Described>()
  for (const [route, query, asked, status] of answers) {
    const [method = '', path = ''] = route.split(' ')
    const target = path.replace(/\{(\w+)\}/, (_, name: string) => fills[name] ?? 'none')
    const answer = await call(server.url, `${method} ${target}${query}`, asked)
    expect(answer.status, `${route}: ${answer.text}`).toBe(status)
    const described = paths[path]?.[method.toLowerCase()]
    expect(described, route).toHaveProperty(['responses', String(status)])
  }
})
