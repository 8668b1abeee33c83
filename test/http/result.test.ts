import { afterAll, beforeAll, expect, test } from 'vitest'
import { TerminalError } from '../../packages/server/src/core/handler-error.ts'
import { raw } from '../../packages/server/src/core/raw.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from './support/call.ts'
import { createGates } from './support/gates.ts'
import { ended, submit } from './support/job.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer, type TestServer } from './support/server.ts'

const gates = createGates()
const bytes = new Uint8Array([0, 255, 10, 13, 128])
let server: TestServer

const outputs: Readonly<
  Record<string, readonly [output: unknown, type: string, body: string | Uint8Array]>
> = {
  'an object': [{ pages: 10 }, 'application/json; charset=utf-8', '{"pages":10}'],
  'a text': ['text', 'application/json; charset=utf-8', '"text"'],
  'unicode': [{ é: '🎉' }, 'application/json; charset=utf-8', '{"é":"🎉"}'],
  'null': [null, 'application/json; charset=utf-8', 'null'],
  'nothing': [undefined, 'application/json; charset=utf-8', 'null'],
  'bytes': [bytes, 'application/octet-stream', bytes],
  'no bytes': [new Uint8Array(), 'application/octet-stream', ''],
  'raw text': [raw('a;b\n', 'text/csv; charset=utf-8'), 'text/csv; charset=utf-8', 'a;b\n'],
  'raw bytes': [raw(bytes, 'application/pdf'), 'application/pdf', bytes],
  'JSON as it was written': [
    raw('{ "a" : 1.0 }', 'application/json'),
    'application/json',
    '{ "a" : 1.0 }',
  ],
  'numbers of others': [
    raw('{"id":9007199254740993,"sum":1.0,"other":{"big":1e400}}', 'application/json'),
    'application/json',
    '{"id":9007199254740993,"sum":1.0,"other":{"big":1e400}}',
  ],
}

beforeAll(async () => {
  server = await startTestServer({
    operations: {
      give: operation({ run: (name) => outputs[String(name)]?.[0] }),
      gate: operation({ run: gates.run }),
      records: operation({ run: () => raw('\x1e1\n'.repeat(3_000_000), 'application/json-seq') }),
      cached: operation({ cacheable: true, run: () => 'kept' }),
      fail: operation({
        run() {
          throw new TerminalError('no paper', { problem: { code: 'no-paper', status: 507 } })
        },
      }),
      nested: operation({
        run: () => ({ a: { b: 1, c: 2 }, list: [{ x: 1, y: 2 }, { x: 3 }], d: null }),
      }),
    },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const resultOf = (id: string, headers: Readonly<Record<string, string>> = {}, query = '') =>
  call(server.url, `GET /v1/jobs/${id}/result${query}`, { headers })

test.each(Object.keys(outputs))('the output of a handler: %s', async (name) => {
  const [, type, body = ''] = outputs[name] ?? []
  const { id } = await submit(server.url, 'give', name)
  const answer = await resultOf(id, { prefer: 'wait=20' })
  expect(answer.status, answer.text).toBe(200)
  expect(answer.headers['content-type']?.replace('; charset=utf-8', '')).toBe(
    type?.replace('; charset=utf-8', ''),
  )
  expect(answer.body.equals(Buffer.from(body))).toBe(true)
  expect(answer.headers).toMatchObject({
    'cache-control': 'private, no-store',
    'content-length': String(Buffer.byteLength(body)),
    'preference-applied': 'wait',
    'x-content-type-options': 'nosniff',
  })
  const head = await call(server.url, `HEAD /v1/jobs/${id}/result`)
  expect([head.status, head.body.byteLength]).toEqual([200, 0])
  expect(head.headers['content-length']).toBe(answer.headers['content-length'])
})

test('a result that is not ready is 404 with Retry-After, and wait waits for it', async () => {
  const { id } = await submit(server.url, 'gate')
  const arrival = await gates.next()
  const early = await resultOf(id)
  expectProblem(early, 404, 'result-not-ready')
  expect(early.headers['retry-after']).toMatch(/^\d+$/)
  const waiting = resultOf(id, { prefer: 'wait=30' })
  arrival.finish('late')
  expect((await waiting).json()).toBe('late')
})

test('a failed job answers with the status of its error and its attempts', async () => {
  const { id } = await submit(server.url, 'fail')
  await ended(server.url, id)
  const answer = await resultOf(id)
  expect(answer.status).toBe(507)
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
  expect(answer.json()).toMatchObject({
    status: 507,
    code: 'no-paper',
    detail: 'no paper',
    instance: `/v1/jobs/${id}`,
    attempts: [{ attempt: 1, error: { code: 'no-paper' } }],
  })
})

test('fields pass on what is no JSON, however large and whatever it is called', async () => {
  const { id } = await submit(server.url, 'records')
  await ended(server.url, id)
  const answer = await resultOf(id, {}, '?fields=a')
  expect([answer.status, answer.body.byteLength]).toEqual([200, 9_000_000])
})

test('a cacheable operation leaves Cache-Control to its caller', async () => {
  const { id } = await submit(server.url, 'cached')
  const answer = await resultOf(id, { prefer: 'wait=20' })
  expect(answer.headers['cache-control'] ?? '').not.toContain('no-store')
})

test('fields filter a JSON result', async () => {
  const { id } = await submit(server.url, 'nested')
  await ended(server.url, id)
  const rows: readonly (readonly [string, unknown])[] = [
    ['a.b', { a: { b: 1 } }],
    ['a,d', { a: { b: 1, c: 2 }, d: null }],
    ['list.x', { list: [{ x: 1 }, { x: 3 }] }],
    ['a.b,a.c', { a: { b: 1, c: 2 } }],
    ['none', {}],
  ]
  for (const [fields, expected] of rows) {
    expect((await resultOf(id, {}, `?fields=${fields}`)).json(), fields).toEqual(expected)
  }
  const csv = await submit(server.url, 'give', 'raw text')
  await ended(server.url, csv.id)
  expect((await resultOf(csv.id, {}, '?fields=a')).text).toBe('a;b\n')
})

test('numbers are those of the result, in a part of it and in its event too', async () => {
  const { id } = await submit(server.url, 'give', 'numbers of others')
  await ended(server.url, id)
  expect((await resultOf(id, {}, '?fields=id,sum')).text).toBe('{"id":9007199254740993,"sum":1.0}')
  expect((await resultOf(id, {}, '?fields=other.big')).text).toBe('{"other":{"big":1e400}}')
  expect((await resultOf(id, {}, '?fields=id.none')).text).toBe('{"id":9007199254740993}')
  expect((await resultOf(id, {}, '?fields=id&fields=sum')).text).toContain('"sum":1.0')
  const events = await call(server.url, `GET /v1/jobs/${id}/events`)
  expect(events.text).toContain('"result":{"id":9007199254740993,"sum":1.0,"other":{"big":1e400}}')
})

test('past its retention a result is 410 while the tombstone stands, then 404', async () => {
  await using brief = await startTestServer({
    operations: { quick: operation({ run: () => 'secret' }) },
    retention: { jobsMs: 1, tombstonesMs: 3_600_000, eventsMs: 1, deliveriesMs: 1 },
  })
  const { id } = await submit(brief.url, 'quick')
  const { finishedAt } = await ended(brief.url, id)
  while (Date.now() <= Date.parse(finishedAt ?? '') + 2) await call(brief.url, 'GET /healthz')
  await brief.store.upkeep.retain(
    { jobsMs: 1, tombstonesMs: 3_600_000, eventsMs: 1, deliveriesMs: 1 },
    100,
  )
  for (const path of ['', '/result', '/events']) {
    expectProblem(await call(brief.url, `GET /v1/jobs/${id}${path}`), 410, 'job-expired')
  }
  for (const verb of ['cancel', 'retry']) {
    expectProblem(await call(brief.url, `POST /v1/jobs/${id}/${verb}`), 410, 'job-expired')
  }
  expectProblem(await call(brief.url, `DELETE /v1/jobs/${id}`), 410, 'job-expired')
  await brief.store.upkeep.retain({ jobsMs: 1, tombstonesMs: 0, eventsMs: 1, deliveriesMs: 1 }, 100)
  for (const path of ['', '/result', '/events']) {
    expectProblem(await call(brief.url, `GET /v1/jobs/${id}${path}`), 404, 'job-not-found')
  }
})
