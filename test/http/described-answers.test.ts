import { afterAll, beforeAll, expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { service } from '../../packages/server/src/define/service.ts'
import { call, type Answer, type CallOptions } from './support/call.ts'
import { validatorOf, type Validator } from './support/described.ts'
import { startTestServer, type TestServer } from './support/server.ts'
import { document } from './support/wrapped.ts'

const url = 'http://127.0.0.1:9'

let server: TestServer
let wrong: Validator

beforeAll(async () => {
  server = await startTestServer({
    operations: {
      quick: operation({ output: { type: 'object' }, run: () => ({ pages: 10 }) }),
      broken: operation({
        retry: { attempts: 1 },
        run() {
          throw new Error('The printer is on fire.')
        },
      }),
      yearly: operation({ schedule: '0 3 1 1 *', run: () => 1 }),
    },
    services: { api: service({ openapi: document, url, mode: 'async' }) },
    channels: { news: channel({ presence: true }), pulse: channel({ ephemeral: true }) },
    deadLetterAlert: 1,
  })
  wrong = await validatorOf(server.url)
})
afterAll(() => server[Symbol.asyncDispose]())

type Asked = CallOptions & { readonly query?: string }

/** Asks, and holds what is answered against the document. */
async function expectDescribed(
  route: string,
  fills: Readonly<Record<string, string>> = {},
  { query = '', ...asked }: Asked = {},
): Promise<Answer> {
  const target = route.replaceAll(/\{(\w+)\}/g, (_, name: string) => fills[name] ?? 'none')
  const answer = await call(server.url, target + query, asked)
  expect(wrong(route, answer), `${target}${query}: ${answer.status}`).toEqual([])
  return answer
}

const json = { headers: { accept: 'application/json' } }
const wait = { headers: { prefer: 'wait=20' } }

async function submitted(name: string): Promise<string> {
  const accepted = await expectDescribed(`POST /v1/operations/${name}/jobs`)
  const { id } = accepted.json<{ id: string }>()
  await expectDescribed('GET /v1/jobs/{id}', { id }, wait)
  return id
}

test.each(['quick', 'broken'])('a job of %s is as the document says', async (name) => {
  const id = await submitted(name)
  const { headers } = await expectDescribed('GET /v1/jobs/{id}', { id })
  const known = { headers: { 'if-none-match': headers.etag ?? '' } }
  for (const asked of [known, { query: '?fields=state,error' }, { query: '?fields=none' }]) {
    await expectDescribed('GET /v1/jobs/{id}', { id }, asked)
  }
  for (const asked of [{}, { query: '?fields=pages' }, { headers: { range: 'bytes=0-3' } }]) {
    await expectDescribed('GET /v1/jobs/{id}/result', { id }, asked)
  }
  await expectDescribed('GET /v1/jobs/{id}/events', { id })
  await expectDescribed('POST /v1/jobs/{id}/cancel', { id })
  await expectDescribed('GET /v1/jobs')
  await expectDescribed('GET /v1/dead-letters')
  await expectDescribed('GET /v1/dead-letters', {}, { query: '?groupBy=error' })
  await expectDescribed('GET /readyz')
  await expectDescribed('POST /v1/jobs/{id}/retry', { id })
  await expectDescribed('GET /v1/jobs/{id}', { id }, wait)
  await expectDescribed('DELETE /v1/jobs/{id}', { id })
  await expectDescribed('GET /v1/jobs/{id}', { id })
})

test('a batch is as the document says', async () => {
  const jobs = [{ operation: 'quick' }, { operation: 'broken' }]
  const { id } = (await expectDescribed('POST /v1/batches', {}, { json: { jobs } })).json<{
    id: string
  }>()
  for (const asked of [wait, { query: '?fields=state' }, { query: '?fields=none' }]) {
    await expectDescribed('GET /v1/batches/{id}', { id }, asked)
  }
  for (const part of ['results', 'events'])
    await expectDescribed(`GET /v1/batches/{id}/${part}`, { id })
  await expectDescribed('POST /v1/batches/{id}/cancel', { id })
  await expectDescribed('POST /v1/batches', {}, { json: { jobs: [{ operation: 'none' }] } })
})

test('channels, tickets and schedules are as the document says', async () => {
  const news = { channel: 'news' }
  await expectDescribed('POST /v1/channels/{channel}/events', news, { json: { text: 'hello' } })
  await expectDescribed('GET /v1/channels/{channel}/events', news, { ...json, query: '?since=0' })
  await expectDescribed('GET /v1/channels/{channel}/events', news, { ...json, query: '?since=99' })
  await expectDescribed('GET /v1/channels/{channel}/presence', news)
  await expectDescribed('POST /v1/tickets', {}, { json: news })
  await expectDescribed('POST /v1/tickets', {}, { json: {} })
  await expectDescribed('GET /v1/schedules')
  await expectDescribed('POST /v1/schedules/{operation}/run', { operation: 'yearly' })
})

test('definitions are as the document says', async () => {
  for (const [kind, name] of [
    ['operations', 'quick'],
    ['operations', 'api.list'],
    ['services', 'api'],
    ['channels', 'news'],
    ['channels', 'pulse'],
  ] as const) {
    await expectDescribed(`GET /v1/${kind}`)
    await expectDescribed(`GET /v1/${kind}/{name}`, { name })
    await expectDescribed(`GET /v1/${kind}/{name}/history`, { name })
  }
  const made = { name: 'made' }
  await expectDescribed('PUT /v1/services/{name}', made, { json: { openapi: document, url } })
  await expectDescribed('PUT /v1/services/{name}', made, {
    json: { openapi: document, url, mode: 'sync' },
  })
  await expectDescribed('GET /v1/services/{name}', made)
  await expectDescribed('GET /v1/services/{name}/history', made)
  await expectDescribed('POST /v1/services/{name}/rollback', made, { json: { version: 1 } })
  const patched = { name: 'made.list' }
  await expectDescribed('PATCH /v1/operations/{name}', patched, { json: { timeout: '3s' } })
  await expectDescribed('GET /v1/operations/{name}', patched)
  const query = `?name=made&url=${url}`
  await expectDescribed('POST /v1/services/import', {}, { json: document, query })
  await expectDescribed('DELETE /v1/services/{name}', made)
})

test('what the server says of itself is as the document says', async () => {
  for (const path of ['/', '/healthz', '/readyz', '/metrics', '/problems', '/docs']) {
    await expectDescribed(`GET ${path}`)
    await expectDescribed(`GET ${path}`, {}, json)
    await expectDescribed(`GET ${path}`, {}, { headers: { accept: 'text/html' } })
  }
  await expectDescribed('GET /problems/{code}', { code: 'job-expired' })
})
