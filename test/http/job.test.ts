import { JobSchema, type JobDocument } from '@buzzer/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TerminalError } from '../../packages/server/src/core/handler-error.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from './support/call.ts'
import { createGates } from './support/gates.ts'
import { ended, getJob, submit } from './support/job.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer, type TestServer } from './support/server.ts'

const gates = createGates()
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    operations: {
      quick: operation({ run: () => 'done' }),
      gate: operation({ run: gates.run }),
      broken: operation({
        retry: { attempts: 2, delay: '1ms', maxDelay: '1ms' },
        run(_, ctx) {
          if (ctx.attempt === 1) throw new Error('first')
          throw new TerminalError('second', {
            problem: { code: 'no-paper', status: 507, title: 'Paper' },
          })
        },
      }),
    },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const look = (id: string, headers: Readonly<Record<string, string>> = {}) =>
  call(server.url, `GET /v1/jobs/${id}`, { headers })

test('every state has the members of the contract, and no others', async () => {
  const succeeded = await submit(server.url, 'quick')
  const failed = await submit(server.url, 'broken')
  const delayed = await submit(server.url, 'quick', undefined, { 'buzzer-delay': '1h' })
  const running = await submit(server.url, 'gate')
  const arrival = await gates.next()
  await arrival.ctx.progress(40, 'page 4 of 10')
  const jobs = [
    await ended(server.url, succeeded.id),
    await ended(server.url, failed.id),
    await getJob(server.url, delayed.id),
    await getJob(server.url, running.id, { 'prefer': 'wait=5', 'if-none-match': 'W/"1"' }),
  ]
  arrival.finish()
  expect(jobs.map(({ state }) => state)).toEqual(['succeeded', 'failed', 'queued', 'running'])
  for (const job of jobs) {
    expect(Object.keys(job).toSorted()).toEqual(Object.keys(JobSchema.properties).toSorted())
    const self = `${server.url}/v1/jobs/${job.id}`
    expect(job.links).toEqual({
      self,
      result: `${self}/result`,
      events: `${self}/events`,
      cancel: `${self}/cancel`,
    })
    expect(job.createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expect(job.finishedAt === null).toBe(job.state === 'queued' || job.state === 'running')
    expect(job.error === null).toBe(job.state !== 'failed')
  }
  expect(jobs[3]).toMatchObject({ progress: { percent: 40, message: 'page 4 of 10' }, attempt: 1 })
  const [first] = jobs
  const keptMs = Date.parse(first?.expiresAt ?? '') - Date.parse(first?.finishedAt ?? '')
  expect(keptMs).toBe(7 * 86_400_000)
})

test('a failed job tells its problem with all failed attempts', async () => {
  const { id } = await submit(server.url, 'broken')
  const job = await ended(server.url, id)
  expect(job).toMatchObject({ state: 'failed', attempt: 2, maxAttempts: 2 })
  const self = `/v1/jobs/${id}`
  expect(job.error).toMatchObject({
    type: 'about:blank',
    code: 'no-paper',
    status: 507,
    title: 'Paper',
    detail: 'second',
    instance: self,
    attempts: [
      { attempt: 1, error: { code: 'handler-failed', status: 500, detail: 'first' } },
      { attempt: 2, error: { code: 'no-paper', status: 507 } },
    ],
  })
})

test('ETag, If-None-Match and Retry-After follow the version', async () => {
  const { id } = await submit(server.url, 'gate')
  const arrival = await gates.next()
  const running = await look(id)
  const etag = running.headers['etag'] ?? ''
  expect(etag).toBe(`W/"${running.json<JobDocument>().version}"`)
  expect(running.headers['retry-after']).toMatch(/^\d+$/)
  for (const value of [etag, etag.slice(2), `"x", ${etag}`, `W/"999",${etag}`, '*']) {
    const same = await look(id, { 'if-none-match': value })
    expect({ value, status: same.status }).toEqual({ value, status: 304 })
    expect(same.body).toHaveLength(0)
    expect(same.headers['etag']).toBe(etag)
  }
  for (const value of ['W/"999"', '"x"', 'nonsense', '']) {
    expect((await look(id, { 'if-none-match': value })).status).toBe(200)
  }
  arrival.finish()
  await ended(server.url, id)
  const done = await look(id, { 'if-none-match': etag })
  expect(done.status).toBe(200)
  expect(done.headers['etag']).not.toBe(etag)
  expect(done.headers).not.toHaveProperty('retry-after')
})

test('fields returns only those that it names', async () => {
  const { id } = await submit(server.url, 'quick')
  await ended(server.url, id)
  const rows: readonly (readonly [string, unknown])[] = [
    ['state', { state: 'succeeded' }],
    ['state,progress', { state: 'succeeded', progress: null }],
    ['links.self,run', { run: 1, links: { self: `${server.url}/v1/jobs/${id}` } }],
    ['', {}],
  ]
  for (const [fields, expected] of rows) {
    const answer = await call(server.url, `GET /v1/jobs/${id}?fields=${fields}`)
    expect(answer.json(), fields).toEqual(expected)
  }
  for (const fields of ['nope', 'state,stat', '__proto__', 'constructor.name']) {
    const answer = await call(server.url, `GET /v1/jobs/${id}?fields=${fields}`)
    const { detail } = expectProblem(answer, 400, 'invalid-parameter')
    expect(detail, fields).toContain('id, operation, state')
  }
})

test('HEAD is GET without its body', async () => {
  const { id } = await submit(server.url, 'quick')
  await ended(server.url, id)
  const get = await look(id)
  const head = await call(server.url, `HEAD /v1/jobs/${id}`)
  expect(head.status).toBe(200)
  expect(head.body).toHaveLength(0)
  expect(head.headers['etag']).toBe(get.headers['etag'])
  expect(head.headers['content-length']).toBe(get.headers['content-length'])
})

test('an id that is none and one that never was are the same 404', async () => {
  const details = new Set<string>()
  const ids = [
    'job_01kaaaaaaaaaaaaaaaaaaaaaaa',
    'job_x',
    'x',
    '%00',
    '..',
    'JOB_01',
    "job_'--",
    '🎉',
  ]
  const routes = [
    'GET ID',
    'DELETE ID',
    'GET ID/result',
    'GET ID/events',
    'POST ID/cancel',
    'POST ID/retry',
  ]
  for (const id of ids) {
    for (const route of routes) {
      const path = route.replace('ID', `/v1/jobs/${encodeURI(id)}`)
      const answer = await call(server.url, path)
      details.add(expectProblem(answer, 404, 'job-not-found').detail)
    }
  }
  expect(details.size).toBe(1)
})
