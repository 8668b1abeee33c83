import type { AcceptedDocument } from '@buzzer/contract'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call, type Answer, type CallOptions } from './support/call.ts'
import { ended, submit } from './support/job.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer, type TestServer } from './support/server.ts'

let runs = 0
const count = (): { run: number } => ({ run: (runs += 1) })
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    operations: {
      count: operation({ run: count }),
      other: operation({ run: count }),
      strict: operation({ input: { type: 'object' }, run: count }),
      keyed: operation({ idempotency: { required: true }, run: count }),
      brief: operation({ idempotency: { window: '1ms' }, run: count }),
    },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const post = (route: string, options: CallOptions): Promise<Answer> =>
  call(server.url, `POST /v1/operations/${route}`, options)
const idOf = (answer: Answer): string => answer.json<AcceptedDocument>().id

test('the same request again is the same job, whether it waits or not', async () => {
  const before = runs
  const key = '"same-1"'
  const options = { json: { a: 1 }, headers: { 'idempotency-key': key } }
  const first = await post('count/jobs', options)
  expect(first.status).toBe(202)
  expect(first.headers).not.toHaveProperty('idempotency-replayed')
  await ended(server.url, idOf(first))

  const again = await post('count/jobs', options)
  expect(again.status).toBe(202)
  expect(again.headers['idempotency-replayed']).toBe('true')
  expect(again.headers['location']).toBe(first.headers['location'])
  const { token, ...job } = again.json<AcceptedDocument>()
  expect(job).toMatchObject({ id: idOf(first), state: 'succeeded' })
  expect(token).toBe(first.json<AcceptedDocument>().token)

  const bare = await post('count/jobs', {
    ...options,
    headers: { 'idempotency-key': 'same-1', 'prefer': 'wait=20', 'x-other': '1' },
  })
  expect(bare.status).toBe(200)
  expect(bare.json()).toEqual({ run: before + 1 })
  expect(bare.headers['idempotency-replayed']).toBe('true')
  expect(bare.headers['content-location']).toBe(first.headers['location'])
  expect(runs).toBe(before + 1)
})

test('what is not part of the request may differ', async () => {
  const key = { 'idempotency-key': 'loose' }
  const first = await post('count/jobs', { json: 1, headers: key })
  const variants: readonly Readonly<Record<string, string>>[] = [
    { prefer: 'respond-async' },
    { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
    { accept: 'application/json' },
    { 'user-agent': 'another' },
    { 'x-request-id': '7' },
  ]
  for (const headers of variants) {
    const again = await post('count/jobs', { json: 1, headers: { ...key, ...headers } })
    expect(again.status, JSON.stringify(headers)).toBe(202)
    expect(idOf(again)).toBe(idOf(first))
  }
})

test('another request with the same key is refused, and the first job is left alone', async () => {
  const key = { 'idempotency-key': 'tight' }
  const json = { a: 1 }
  const first = await post('count/jobs', { json, headers: key })
  const others: readonly (readonly [string, CallOptions])[] = [
    ['count/jobs', { json: { a: 2 }, headers: key }],
    ['count/jobs', { headers: key }],
    ['count/jobs', { body: '{"a": 1}', headers: { ...key, 'content-type': 'application/json' } }],
    ['count/jobs?x=1', { json, headers: key }],
    [
      'count/jobs',
      { json, headers: { ...key, 'content-type': 'application/json; charset=utf-8' } },
    ],
    ['count/jobs', { json, headers: { ...key, 'buzzer-priority': '1' } }],
    ['count/jobs', { json, headers: { ...key, 'buzzer-tags': 'x' } }],
  ]
  for (const [route, options] of others) {
    const answer = await post(route, options)
    expectProblem(answer, 422, 'idempotency-key-reused')
  }
  const elsewhere = await post('other/jobs', { json, headers: key })
  expect(elsewhere.status).toBe(202)
  expect(idOf(elsewhere)).not.toBe(idOf(first))
})

test('a hundred at the same time are one job and one run', async () => {
  const before = runs
  const options = { json: { all: true }, headers: { 'idempotency-key': 'crowd' } }
  const answers = await Promise.all(Array.from({ length: 100 }, () => post('count/jobs', options)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
  expect(new Set(answers.map(idOf)).size).toBe(1)
  const fresh = answers.filter(({ headers }) => headers['idempotency-replayed'] === undefined)
  expect(fresh).toHaveLength(1)
  await ended(server.url, answers.map(idOf)[0] ?? '')
  expect(runs).toBe(before + 1)
})

test('rejected requests are not remembered', async () => {
  const headers = { 'idempotency-key': 'second-thoughts' }
  expectProblem(await post('strict/jobs', { json: 7, headers }), 422, 'validation-failed')
  const broken = { body: '{', headers: { ...headers, 'content-type': 'application/json' } }
  expectProblem(await post('strict/jobs', broken), 400, 'malformed-body')
  const right = await post('strict/jobs', { json: {}, headers })
  expect(right.status).toBe(202)
  expect(right.headers).not.toHaveProperty('idempotency-replayed')
})

test('an operation may require a key', async () => {
  const missing = await post('keyed/jobs', { json: {} })
  expectProblem(missing, 400, 'idempotency-key-missing')
  await submit(server.url, 'keyed', {}, { 'idempotency-key': 'there' })
})

test('past the window a key is as good as new', async () => {
  const options = { json: {}, headers: { 'idempotency-key': 'again' } }
  const first = idOf(await post('brief/jobs', options))
  await ended(server.url, first)
  const windowMs = 1
  const { createdAt } = (await call(server.url, `GET /v1/jobs/${first}`)).json<AcceptedDocument>()
  while (Date.now() <= Date.parse(createdAt) + windowMs) await post('other/jobs', {})
  const second = await post('brief/jobs', options)
  expect(second.status).toBe(202)
  expect(idOf(second)).not.toBe(first)
  expect(second.headers).not.toHaveProperty('idempotency-replayed')
})

test('a call and a batch are the same also once their deadline has passed', async () => {
  const deadline = new Date(Date.now() + 300).toISOString()
  const twice = async (route: string, json: unknown, more = {}): Promise<void> => {
    const options = { json, headers: { 'idempotency-key': 'late', ...more } }
    const first = await call(server.url, `POST ${route}`, options)
    await vi.waitUntil(() => Date.now() > Date.parse(deadline))
    const again = await call(server.url, `POST ${route}`, options)
    expect([first.status, again.status]).toEqual([202, 202])
    expect(idOf(again)).toBe(idOf(first))
    expect(again.headers['idempotency-replayed']).toBe('true')
  }
  const batch = { jobs: [{ operation: 'count', deadline }] }
  await Promise.all([
    twice('/v1/operations/count/jobs', 1, { 'buzzer-deadline': deadline }),
    twice('/v1/batches', batch),
  ])
})
