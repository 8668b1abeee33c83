import type { BatchDocument } from '@buzzer/contract'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TerminalError } from '../../packages/server/src/core/handler-error.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { endedBatch, getBatch, jobCount, sendBatch, submitBatch } from './support/batch.ts'
import { call } from './support/call.ts'
import { createGates } from './support/gates.ts'
import { getJob, submit } from './support/job.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer, type TestServer } from './support/server.ts'

const gates = createGates()
let server: TestServer

const month = {
  type: 'object',
  required: ['month'],
  properties: { month: { type: 'integer', minimum: 1, maximum: 12 } },
  additionalProperties: false,
}

beforeAll(async () => {
  server = await startTestServer({
    operations: {
      render: operation({ input: month, run: (input) => ({ rendered: input }) }),
      echo: operation({ run: (input) => input }),
      counted: operation({ run: (input) => input }),
      replayed: operation({ run: (input) => input }),
      shared: operation({ run: (input) => input }),
      exact: operation({ run: (input) => input }),
      identical: operation({ run: (input) => input }),
      careful: operation({ idempotency: { required: true }, run: () => 'done' }),
      gate: operation({ retry: { attempts: 1 }, run: gates.run }),
      wrong: operation({
        run: () => {
          throw new TerminalError('It cannot be done.')
        },
      }),
    },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

describe('submitting', () => {
  test('a batch is accepted with all that PROTOCOL.md says of the answer', async () => {
    const answer = await sendBatch(server.url, [{ operation: 'echo', input: 1 }], {
      'idempotency-key': '"the-answer"',
      'prefer': 'respond-async',
    })
    const batch = answer.json<BatchDocument & { token: string }>()
    expect(answer.status).toBe(202)
    expect(answer.headers).toMatchObject({
      'location': `/v1/batches/${batch.id}`,
      'operation-location': `${server.url}/v1/batches/${batch.id}`,
      'retry-after': '1',
      'vary': 'Prefer',
      'cache-control': 'no-store',
      'preference-applied': 'respond-async',
    })
    expect(batch).toMatchObject({
      id: expect.stringMatching(/^bat_/) as string,
      counts: { queued: 1, running: 0, succeeded: 0, failed: 0, cancelled: 0, input_required: 0 },
      jobs: [expect.stringMatching(/^job_/)],
      token: expect.stringMatching(/^bzj_/) as string,
      links: { self: `${server.url}/v1/batches/${batch.id}` },
    })
    expect(await getJob(server.url, batch.jobs[0] ?? '')).toMatchObject({ batch: batch.id })
  })

  test('each entry is submitted as it says', async () => {
    const [job = ''] = (
      await submitBatch(server.url, [
        {
          operation: 'echo',
          input: { a: [1, 'ü'] },
          priority: 2,
          runAt: '2026-11-20T00:00:00Z',
          deadline: '5h',
          key: 'k',
          tags: ['a', 'b', 'a'],
        },
      ])
    ).jobs
    const found = await getJob(server.url, job)
    expect(found).toMatchObject({ priority: 2, key: 'k', tags: ['a', 'b'], operation: 'echo' })
  })

  test('nothing is accepted where one of them is wrong, and each wrong one is named', async () => {
    const before = await jobCount(server.url, 'render')
    const answer = await sendBatch(server.url, [
      { operation: 'render', input: { month: 1 } },
      { operation: 'nowhere' },
      { operation: 'render', input: { month: 13, year: 2 } },
      { operation: 'render' },
      {
        operation: 'echo',
        priority: 10,
        delay: 'soon',
        runAt: 'x',
        deadline: 3,
        key: '',
        tags: 'a',
      },
      { operation: 'echo', idempotencyKey: 'ü', callbackUrl: 'http://a.example' },
      { operation: 'careful' },
      7,
    ])
    const { errors } = expectProblem(answer, 422, 'validation-failed')
    expect(errors?.map(({ pointer }) => pointer).toSorted()).toEqual([
      '/jobs/1/operation',
      '/jobs/2/input/month',
      '/jobs/2/input/year',
      '/jobs/3/input',
      '/jobs/4/deadline',
      '/jobs/4/delay',
      '/jobs/4/key',
      '/jobs/4/priority',
      '/jobs/4/runAt',
      '/jobs/4/tags',
      '/jobs/5/callbackUrl',
      '/jobs/5/idempotencyKey',
      '/jobs/6/idempotencyKey',
      '/jobs/7',
    ])
    expect(await jobCount(server.url, 'render')).toBe(before)
  })

  test.each<[string, unknown, number, string]>([
    ['no list', {}, 422, 'validation-failed'],
    ['an empty list', { jobs: [] }, 422, 'validation-failed'],
    [
      'too many',
      { jobs: Array.from({ length: 1_001 }, () => ({ operation: 'echo' })) },
      422,
      'validation-failed',
    ],
    [
      'something besides the list',
      { jobs: [{ operation: 'echo' }], x: 1 },
      422,
      'validation-failed',
    ],
    ['a list', [], 422, 'validation-failed'],
  ])('%s is refused', async (_, json, status, code) => {
    expectProblem(await call(server.url, 'POST /v1/batches', { json }), status, code)
  })

  test.each<[string, Record<string, string>, number, string]>([
    ['a header of a single call', { 'buzzer-priority': '1' }, 400, 'invalid-header'],
    ['a private callback', { 'callback-url': 'http://10.0.0.1/' }, 422, 'callback-url-rejected'],
    ['another media type', { 'content-type': 'text/plain' }, 415, 'unsupported-media-type'],
    ['a broken key', { 'idempotency-key': '"' }, 400, 'invalid-header'],
  ])('%s is refused', async (_, headers, status, code) => {
    expectProblem(await sendBatch(server.url, [{ operation: 'echo' }], headers), status, code)
  })

  test('one that is compressed is taken', async () => {
    const body = gzipSync(JSON.stringify({ jobs: [{ operation: 'echo', input: 'small' }] }))
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    const answer = await call(server.url, 'POST /v1/batches', { headers, body })
    expect(answer.status, answer.text).toBe(202)
    const { id } = answer.json<BatchDocument>()
    expect(await endedBatch(server.url, id)).toMatchObject({ counts: { succeeded: 1 } })
  })

  test('no body and a broken one are malformed', async () => {
    for (const body of ['', '{"jobs":', '{"jobs":[{"__proto__":{}}]}']) {
      const headers = { 'content-type': 'application/json' }
      const answer = await call(server.url, 'POST /v1/batches', { headers, body })
      expectProblem(answer, 400, 'malformed-body')
    }
  })
})

describe('keys', () => {
  test('the same batch again is the same batch, another one with its key is refused', async () => {
    const headers = { 'idempotency-key': 'a-batch' }
    const jobs = [{ operation: 'replayed', input: 1 }, { operation: 'careful' }]
    const first = await submitBatch(server.url, jobs, headers)
    const again = await sendBatch(server.url, jobs, headers)
    expect(again.headers['idempotency-replayed']).toBe('true')
    expect(again.json()).toMatchObject({ id: first.id, jobs: first.jobs, token: first.token })
    const other = await sendBatch(server.url, jobs.slice(1), headers)
    expectProblem(other, 422, 'idempotency-key-reused')
    expect(await jobCount(server.url, 'replayed')).toBe(1)
  })

  test('a hundred identical batches at once are one', async () => {
    const answers = await Promise.all(
      Array.from({ length: 100 }, () =>
        sendBatch(server.url, [{ operation: 'identical' }, { operation: 'identical', input: 2 }], {
          'idempotency-key': 'identical',
        }),
      ),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]))
    expect(new Set(answers.map((answer) => answer.json<BatchDocument>().id)).size).toBe(1)
    const first = answers.filter(({ headers }) => headers['idempotency-replayed'] === undefined)
    expect(first).toHaveLength(1)
    expect(await jobCount(server.url, 'identical')).toBe(2)
  })

  test('a job whose key is known takes its place, also one that came alone', async () => {
    const headers = { 'idempotency-key': 'alone', 'buzzer-priority': '3' }
    const alone = await submit(server.url, 'shared', { a: 1 }, headers)
    const entry = { operation: 'shared', input: { a: 1 }, priority: 3, idempotencyKey: 'alone' }
    const batch = await submitBatch(server.url, [{ operation: 'shared' }, entry])
    expect(batch.jobs[1]).toBe(alone.id)
    expect(await endedBatch(server.url, batch.id)).toMatchObject({ counts: { succeeded: 2 } })
    const other = await sendBatch(server.url, [
      { operation: 'shared' },
      { ...entry, input: { a: 2 } },
    ])
    const { errors } = expectProblem(other, 422, 'idempotency-key-reused')
    expect(errors?.map(({ pointer }) => pointer)).toEqual(['/jobs/1/idempotencyKey'])
    expect(await jobCount(server.url, 'shared')).toBe(2)
  })

  test('an input is kept as it was written, digit by digit', async () => {
    const input = '{ "id": 12345678901234567890, "price": 1.10 }'
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'digits' }
    const path = '/v1/operations/exact/jobs'
    const alone = await call(server.url, `POST ${path}`, { headers, body: input })
    const send = (text: string) =>
      call(server.url, 'POST /v1/batches', {
        headers: { 'content-type': 'application/json' },
        body: `{"jobs":[{"operation":"exact","input": ${text} ,"idempotencyKey":"digits"}]}`,
      })
    const batch = await send(input)
    expect(batch.json<BatchDocument>().jobs).toEqual([alone.json<{ id: string }>().id])
    // The same number to a parser, and another one to its caller.
    expectProblem(await send(input.replace('890,', '891,')), 422, 'idempotency-key-reused')
  })
})

describe('reading', () => {
  test('it is waited for, and says by its tag whether anything changed', async () => {
    const batch = await submitBatch(server.url, [{ operation: 'gate' }, { operation: 'wrong' }])
    const arrival = await gates.next()
    let look = await call(server.url, `GET /v1/batches/${batch.id}`)
    while (look.json<BatchDocument>().counts.failed === 0) {
      look = await call(server.url, `GET /v1/batches/${batch.id}`, {
        headers: { 'prefer': 'wait=5', 'if-none-match': String(look.headers['etag']) },
      })
    }
    const counts = { running: 1, failed: 1 }
    expect(look.json()).toMatchObject({ state: 'running', counts })
    expect(look.headers['etag']).toMatch(/^W\/"/)
    const known = { 'if-none-match': String(look.headers['etag']) }
    const same = await call(server.url, `GET /v1/batches/${batch.id}`, { headers: known })
    expect([same.status, same.text]).toEqual([304, ''])
    const waiting = endedBatch(server.url, batch.id)
    arrival.finish('done')
    expect(await waiting).toMatchObject({ state: 'failed', counts: { succeeded: 1, failed: 1 } })
    const fields = await call(server.url, `GET /v1/batches/${batch.id}?fields=state`)
    expect(fields.json()).toEqual({ state: 'failed' })
    expect(fields.headers['retry-after']).toBeUndefined()
  })

  test('one that never was is not found', async () => {
    const id = `bat_${'0'.repeat(26)}`
    for (const route of [
      `GET /v1/batches/${id}`,
      `GET /v1/batches/${id}/events`,
      `GET /v1/batches/${id}/results`,
      `POST /v1/batches/${id}/cancel`,
      'GET /v1/batches/job_1',
    ]) {
      expectProblem(await call(server.url, route), 404, 'batch-not-found')
    }
  })

  test('one whose jobs are all past their retention is gone', async () => {
    const { id, jobs } = await submitBatch(server.url, [{ operation: 'echo' }])
    await endedBatch(server.url, id)
    const all = { jobsMs: -60_000, tombstonesMs: 60_000, eventsMs: -60_000, deliveriesMs: -60_000 }
    const look = () => call(server.url, `GET /v1/batches/${id}`)
    while ((await look()).status === 200) await server.store.upkeep.retain(all, 1_000)
    expectProblem(await call(server.url, `GET /v1/batches/${id}`), 410, 'batch-expired')
    expectProblem(await call(server.url, `GET /v1/jobs/${jobs[0]}`), 410, 'job-expired')
  })
})

describe('cancelling', () => {
  test('what waits ends, what runs is told to stop', async () => {
    const batch = await submitBatch(server.url, [
      { operation: 'gate' },
      { operation: 'gate', delay: '1h' },
    ])
    const arrival = await gates.next()
    const cancelled = await call(server.url, `POST /v1/batches/${batch.id}/cancel`)
    expect(cancelled.status).toBe(202)
    expect(cancelled.json()).toMatchObject({ counts: { running: 1, cancelled: 1 } })
    const ended = await endedBatch(server.url, batch.id)
    expect(ended).toMatchObject({ state: 'cancelled', counts: { cancelled: 2 } })
    expect(arrival.ctx.signal.aborted).toBe(true)
    expect((await call(server.url, `POST /v1/batches/${batch.id}/cancel`)).status).toBe(200)
  })

  test('one that ended otherwise has nothing to cancel', async () => {
    const { id } = await submitBatch(server.url, [{ operation: 'echo' }])
    await endedBatch(server.url, id)
    expectProblem(await call(server.url, `POST /v1/batches/${id}/cancel`), 409, 'batch-finished')
    expect(await getBatch(server.url, id)).toMatchObject({ state: 'succeeded' })
  })
})

describe('its token', () => {
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

  test('opens the batch and its jobs, and nothing else', async () => {
    const headers = { 'idempotency-key': 'before' }
    const before = await submit(server.url, 'counted', undefined, headers)
    const batch = await submitBatch(server.url, [
      { operation: 'counted', delay: '1h' },
      { operation: 'counted', idempotencyKey: 'before' },
    ])
    const other = await submitBatch(server.url, [{ operation: 'counted' }])
    const may = bearer(batch.token)
    const opens = async (route: string) => (await call(server.url, route, may)).status
    for (const path of ['', '/results']) {
      expect(await opens(`GET /v1/batches/${batch.id}${path}`)).toBe(200)
    }
    for (const job of batch.jobs) expect(await opens(`GET /v1/jobs/${job}`)).toBe(200)
    expect(batch.jobs[1]).toBe(before.id)
    expect(await opens(`POST /v1/jobs/${batch.jobs[0]}/cancel`)).toBe(202)
    expect(await opens(`POST /v1/batches/${batch.id}/cancel`)).not.toBe(403)
    for (const route of [
      `GET /v1/batches/${other.id}`,
      `GET /v1/jobs/${other.jobs[0]}`,
      `POST /v1/batches/${other.id}/cancel`,
      'GET /v1/jobs',
      'POST /v1/batches',
    ]) {
      expectProblem(await call(server.url, route, may), 403, 'insufficient-scope')
    }
    const ofJob = bearer(before.token)
    expectProblem(
      await call(server.url, `GET /v1/batches/${batch.id}`, ofJob),
      403,
      'insufficient-scope',
    )
  })
})
