import { gzipSync } from 'node:zlib'
import {
  DeadLetterGroupsSchema,
  type DeadLetterCount,
  type DeadLetterGroupsDocument,
  type JobListDocument,
} from '@buzzer/contract'
import { Value } from 'typebox/value'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { TerminalError } from '../../packages/server/src/core/handler-error.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from './support/call.ts'
import { ended, getJob, submit } from './support/job.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer, type TestServer } from './support/server.ts'

let server: TestServer
let mended = false

beforeAll(async () => {
  const run = (): string => {
    if (mended) return 'mended'
    throw new Error('broken')
  }
  const retry = { attempts: 2, delay: '1ms', maxDelay: '1ms' } as const
  server = await startTestServer({
    operations: {
      one: operation({ retry, run }),
      two: operation({ retry, run }),
      good: operation({ run: () => 1 }),
      alarmed: operation({ retry: { attempts: 1 }, deadLetters: { alert: 2 }, run }),
      terminal: operation({
        run() {
          throw new TerminalError('gave up at once')
        },
      }),
    },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

let dead: Readonly<Record<'one' | 'two' | 'tagged', string>> = { one: '', two: '', tagged: '' }

beforeEach(async () => {
  await discard({ all: true })
  mended = false
  dead = {
    one: (await submit(server.url, 'one')).id,
    two: (await submit(server.url, 'two')).id,
    tagged: (await submit(server.url, 'one', undefined, { 'buzzer-tags': 'x' })).id,
  }
  await Promise.all(Object.values(dead).map((id) => ended(server.url, id)))
})

async function list(query = ''): Promise<readonly string[]> {
  const answer = await call(server.url, `GET /v1/dead-letters${query}`)
  expect(answer.status, answer.text).toBe(200)
  return answer.json<JobListDocument>().jobs.map(({ id }) => id)
}

const steer = (verb: string, json: unknown) =>
  call(server.url, `POST /v1/dead-letters/${verb}`, { json })
const discard = (filter: unknown) => steer('discard', filter)

test('the list has those that used up their attempts, newest first, by filters and pages', async () => {
  for (const name of ['good', 'terminal']) {
    await ended(server.url, (await submit(server.url, name)).id)
  }
  expect(await list()).toEqual([dead.tagged, dead.two, dead.one])
  expect(await list('?operation=two')).toEqual([dead.two])
  expect(await list('?tag=x')).toEqual([dead.tagged])
  expect(await list('?operation=none')).toEqual([])
  const page = await call(server.url, 'GET /v1/dead-letters?operation=one&limit=1')
  const { next } = page.json<JobListDocument>()
  expect(await list(`?operation=one&limit=1&cursor=${next}`)).toEqual([dead.one])
})

test('retry runs those again that the filter names', async () => {
  mended = true
  const answer = await steer('retry', { operation: 'one' })
  expect([answer.status, answer.json()]).toEqual([202, { count: 2 }])
  for (const id of [dead.one, dead.tagged]) {
    expect(await ended(server.url, id)).toMatchObject({ state: 'succeeded', run: 2 })
  }
  expect(await list('?operation=two')).toEqual([dead.two])
  expect(await list('?operation=one')).toEqual([])
})

test('retry takes an object without members, or no body, for all', async () => {
  mended = true
  expect((await steer('retry', {})).json()).toEqual({ count: 3 })
  expect((await call(server.url, 'POST /v1/dead-letters/retry')).json()).toEqual({ count: 0 })
})

test('an order may be encoded, and is nothing but JSON', async () => {
  mended = true
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
  const body = gzipSync('{"operation":"two"}')
  const answer = await call(server.url, 'POST /v1/dead-letters/retry', { headers, body })
  expect([answer.status, answer.text]).toEqual([202, '{"count":1}'])
  expect((await ended(server.url, dead.two)).state).toBe('succeeded')
  for (const [type, encoding, status, code] of [
    ['application/json', 'gzip', 400, 'malformed-body'],
    ['application/json', 'snappy', 415, 'unsupported-media-type'],
    ['text/plain', 'identity', 415, 'unsupported-media-type'],
  ] as const) {
    const wrong = { 'content-type': type, 'content-encoding': encoding }
    const options = { headers: wrong, body: '{"all":true}' }
    expectProblem(await call(server.url, 'POST /v1/dead-letters/discard', options), status, code)
  }
  expect(await list()).toEqual([dead.tagged, dead.one])
})

test('retry with a rate spreads them over time, the oldest first, and says until when', async () => {
  mended = true
  const before = Date.now()
  const answer = await steer('retry', { rate: '2/m', limit: 2 })
  const { count, more, until } = answer.json<DeadLetterCount>()
  expect([count, more]).toEqual([2, true])
  const first = await getJob(server.url, dead.one)
  const second = await getJob(server.url, dead.two)
  expect(second).toMatchObject({ state: 'queued', run: 2, waiting: { reason: 'delay', until } })
  expect(Date.parse(until ?? '') - before).toBeGreaterThanOrEqual(30_000)
  expect(Date.parse(until ?? '') - Date.now()).toBeLessThanOrEqual(30_000)
  expect(first.run).toBe(2)
  expect(await list()).toEqual([dead.tagged])
  await call(server.url, `POST /v1/jobs/${dead.two}/cancel`)
})

test('discard erases those that the filter names, and all of them only where it says so', async () => {
  const answer = await discard({ tag: 'x' })
  expect([answer.status, answer.json()]).toEqual([200, { count: 1 }])
  expectProblem(await call(server.url, `GET /v1/jobs/${dead.tagged}`), 404, 'job-not-found')
  for (const body of [undefined, '', '{}', '{"limit":5}']) {
    const options = body === undefined ? {} : { body }
    const refused = await call(server.url, 'POST /v1/dead-letters/discard', options)
    expect(expectProblem(refused, 422, 'validation-failed').detail).toContain('"all":true')
  }
  expect((await discard({ ids: [dead.one, dead.tagged] })).json()).toEqual({ count: 1 })
  expect(await list()).toEqual([dead.two])
  expect((await discard({ all: true })).json()).toEqual({ count: 1 })
  expect(await list()).toEqual([])
})

test('groups tell what they died of, and each can be run again alone', async () => {
  const groupsOf = async (query = '') => {
    const answer = await call(server.url, `GET /v1/dead-letters?groupBy=error${query}`)
    expect(answer.status, answer.text).toBe(200)
    const document = answer.json<DeadLetterGroupsDocument>()
    expect([...Value.Errors(DeadLetterGroupsSchema, document)]).toEqual([])
    return document
  }
  const { groups, next } = await groupsOf()
  expect(next).toBeNull()
  expect(groups).toMatchObject([
    { operation: 'one', code: 'handler-failed', detail: 'broken', count: 2, sample: dead.tagged },
    { operation: 'two', count: 1, sample: dead.two },
  ])
  expect((await groupsOf('&operation=two')).groups).toMatchObject([{ operation: 'two' }])
  expect((await groupsOf('&code=upstream-failed')).groups).toEqual([])
  expect(await list(`?group=${groups[0]?.group}`)).toEqual([dead.tagged, dead.one])
  expect(await list(`?code=handler-failed&ids=${dead.two},${dead.one}`)).toEqual([
    dead.two,
    dead.one,
  ])
  mended = true
  expect((await steer('retry', { group: groups[0]?.group })).json()).toEqual({ count: 2 })
  expect((await groupsOf()).groups).toMatchObject([{ operation: 'two' }])
})

test('many are worked through in batches, with callers served between them', async () => {
  const count = 350
  await Promise.all(Array.from({ length: count }, () => submit(server.url, 'two')))
  await expect
    .poll(async () => (await server.store.upkeep.depths()).find(isTwo)?.deadLetters)
    .toBe(count + 1)
  mended = true
  const [answer] = await Promise.all([
    steer('retry', { operation: 'two' }),
    submit(server.url, 'good').then(({ id }) => ended(server.url, id)),
  ])
  expect(answer.json()).toEqual({ count: count + 1 })
  expect(await list('?operation=two')).toEqual([])
})

const isTwo = ({ operation: name }: { operation: string }): boolean => name === 'two'

test.each([
  'limit=0',
  'groupBy=code',
  'groupBy=error&tag=x',
  'groupBy=error&cursor=job_x',
  'group=x',
  'after=noon',
  'ids=job_x',
  'state=failed',
])('the list refuses ?%s', async (query) => {
  const answer = await call(server.url, `GET /v1/dead-letters?${query}`)
  expectProblem(answer, 400, 'invalid-parameter')
})

test('too many of them are a warning: in readiness, in metrics, and no reason to be unready', async () => {
  const alerts = async (): Promise<string> => (await call(server.url, 'GET /metrics')).text
  const quiet = await call(server.url, 'GET /readyz')
  expect([quiet.status, quiet.json()]).toEqual([200, { status: 'ready' }])
  const jobs = await Promise.all([submit(server.url, 'alarmed'), submit(server.url, 'alarmed')])
  await Promise.all(jobs.map(({ id }) => ended(server.url, id)))
  const ready = await call(server.url, 'GET /readyz')
  expect(ready.status).toBe(200)
  expect(ready.json()).toMatchObject({
    status: 'ready',
    warnings: [{ code: 'dead-letters', operation: 'alarmed', deadLetters: 2, alert: 2 }],
  })
  await expect.poll(alerts).toContain('buzzer_dead_letters_alert{operation="alarmed"} 1')
  const text = await alerts()
  expect(text).toContain('buzzer_dead_letters{operation="alarmed"} 2')
  expect(text).toContain('buzzer_dead_letters_alert{operation="one"} 0')
  expect(text).toContain('buzzer_dead_lettered_total{operation="alarmed"} 2')
  await discard({ operation: 'alarmed' })
  expect((await call(server.url, 'GET /readyz')).json()).toEqual({ status: 'ready' })
})

test('the event of the outcome says that it is a dead letter', async () => {
  const events = await call(server.url, `GET /v1/jobs/${dead.one}/events`)
  expect(events.text).toMatch(/event: job\.failed\n.*"deadLetter":true/)
  const terminal = await submit(server.url, 'terminal')
  await ended(server.url, terminal.id)
  const other = await call(server.url, `GET /v1/jobs/${terminal.id}/events`)
  expect(other.text).toContain('event: job.failed\n')
  expect(other.text).not.toContain('deadLetter')
})

test.each([
  ['{', 400, 'malformed-body'],
  ['[]', 422, 'validation-failed'],
  ['"one"', 422, 'validation-failed'],
  ['{"operation":1}', 422, 'validation-failed'],
  ['{"id":"job_x"}', 422, 'validation-failed'],
  ['{"code":"x","detail":"y"}', 422, 'validation-failed'],
  ['{"__proto__":{"operation":"one"}}', 400, 'malformed-body'],
  ['{"ids":"job_x"}', 422, 'validation-failed'],
  ['{"ids":["job_x"]}', 422, 'validation-failed'],
  ['{"operation":"one","after":"noon"}', 422, 'validation-failed'],
  ['{"operation":"one","limit":0}', 422, 'validation-failed'],
  ['{"operation":"one","limit":100001}', 422, 'validation-failed'],
  ['{"operation":"one","rate":"5"}', 422, 'validation-failed'],
  ['{"operation":"one","rate":"0/s"}', 422, 'validation-failed'],
  ['{"operation":"one","all":true}', 422, 'validation-failed'],
  ['{"all":false}', 422, 'validation-failed'],
])('the filter %s is refused and nothing is touched', async (body, status, code) => {
  for (const verb of ['retry', 'discard']) {
    const answer = await call(server.url, `POST /v1/dead-letters/${verb}`, { body })
    expectProblem(answer, status, code)
  }
  expect(await list('?operation=two')).toEqual([dead.two])
})
