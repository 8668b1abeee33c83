import type { JobListDocument } from '@buzzer/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call } from './support/call.ts'
import { ended, until } from './support/job.ts'
import { expectProblem } from './support/problem.ts'
import { startWrapped, type Wrapped } from './support/wrapped.ts'

let wrapped: Wrapped

beforeAll(async () => {
  wrapped = await startWrapped()
})
afterAll(() => wrapped[Symbol.asyncDispose]())

const jobOf = (answer: Awaited<ReturnType<typeof call>>): string =>
  (answer.headers['content-location'] ?? answer.headers['location'] ?? '').replace('/v1/jobs/', '')

test.each([500, 502, 503, 504])('%i is tried again until it is well', async (status) => {
  const { server, upstream } = wrapped
  upstream.behave((_, count) => (count < 3 ? { status, body: 'ill' } : { body: 'well' }))
  const answer = await call(server.url, 'GET /api/api/things')
  expect([answer.status, answer.text]).toEqual([200, 'well'])
  expect(upstream.calls).toHaveLength(3)
  expect(await ended(server.url, jobOf(answer))).toMatchObject({ state: 'succeeded', attempt: 3 })
})

test('an upstream that stays ill makes a dead letter, which can be run again', async () => {
  const { server, upstream } = wrapped
  upstream.behave(() => ({ status: 500, body: 'ill' }))
  const answer = await call(server.url, 'POST /api/api/things', {
    body: 'x',
    headers: { 'content-type': 'text/plain', 'buzzer-tags': 'dead' },
  })
  const problem = expectProblem(answer, 502, 'upstream-failed')
  expect(problem['attempts']).toHaveLength(3)
  expect(upstream.calls).toHaveLength(3)
  const dead = await call(server.url, 'GET /v1/dead-letters?tag=dead')
  const [job] = dead.json<JobListDocument>().jobs
  expect(job).toMatchObject({ operation: 'api.make', state: 'failed', attempt: 3 })

  upstream.behave((arrived) => ({ status: 201, body: arrived.body }))
  await call(server.url, 'POST /v1/dead-letters/retry', { json: { tag: 'dead' } })
  expect(await ended(server.url, job?.id ?? '')).toMatchObject({ state: 'succeeded', run: 2 })
  const result = await call(server.url, `GET /v1/jobs/${job?.id}/result`)
  expect([result.status, result.text]).toEqual([201, 'x'])
})

test('429 with Retry-After is tried again no earlier than that', async () => {
  const { server, upstream } = wrapped
  const times: number[] = []
  upstream.behave((_, count) => {
    times.push(performance.now())
    return count === 1 ? { status: 429, headers: ['Retry-After', '1'] } : { body: 'now' }
  })
  const answer = await call(server.url, 'GET /api/api/things', { headers: {} })
  expect([answer.status, answer.text]).toEqual([200, 'now'])
  const [first = 0, second = 0] = times
  expect(second - first).toBeGreaterThan(980)
})

test('while it waits for a retry, the job says so and until when', async () => {
  await using patient = await startWrapped({ mode: 'async', retry: { attempts: 2 } })
  const { server, upstream } = patient
  upstream.behave(() => ({ status: 503, headers: ['Retry-After', '3600'] }))
  const accepted = await call(server.url, 'GET /api/api/things')
  const job = await until(
    server.url,
    jobOf(accepted),
    ({ attempt, state }) => attempt === 1 && state === 'queued',
  )
  expect(job.waiting?.reason).toBe('retry')
  const leftMs = Date.parse(job.waiting?.until ?? '') - Date.now()
  expect(leftMs).toBeGreaterThan(3_500_000)
})

test('a connection that breaks: a GET is tried again, a POST is not', async () => {
  const { server, upstream } = wrapped
  upstream.behave((_, count) => (count === 1 ? 'cut' : { body: 'again' }))
  const get = await call(server.url, 'GET /api/api/things')
  expect([get.status, get.text, upstream.calls.length]).toEqual([200, 'again', 2])
  upstream.behave((_, count) => (count === 1 ? 'cut' : { body: 'again' }))
  const post = await call(server.url, 'POST /api/api/things')
  expectProblem(post, 502, 'upstream-failed')
  expect(upstream.calls).toHaveLength(1)
})

test('a timeout: a GET is tried again, a POST is not', async () => {
  await using hasty = await startWrapped({ mode: 'async', timeout: '150ms' })
  const { server, upstream } = hasty
  for (const [method, calls, state] of [
    ['GET', 2, 'succeeded'],
    ['POST', 1, 'failed'],
  ] as const) {
    upstream.behave((_, count) => (count === 1 ? 'hang' : { body: 'in time' }))
    const accepted = await call(server.url, `${method} /api/api/things`)
    const job = await ended(server.url, jobOf(accepted))
    expect([job.state, upstream.calls.length]).toEqual([state, calls])
    const result = await call(server.url, `GET /v1/jobs/${job.id}/result`)
    if (state === 'failed') expectProblem(result, 504, 'upstream-timeout')
    else expect(result.text).toBe('in time')
  }
})

test('nobody there: tried again, then 502; nothing was sent, so a POST too', async () => {
  const gone = await startWrapped()
  await using _ = gone
  await gone.upstream[Symbol.asyncDispose]()
  const answer = await call(gone.server.url, 'POST /api/api/things')
  const problem = expectProblem(answer, 502, 'upstream-failed')
  expect(problem['attempts']).toHaveLength(3)
})

test('an upstream that fails for long holds its jobs off, and they say so', async () => {
  await using ill = await startWrapped({ mode: 'async', retry: { attempts: 100, delay: '1ms' } })
  const { server, upstream } = ill
  upstream.behave(() => ({ status: 500 }))
  const answers = await Promise.all(
    Array.from({ length: 30 }, () => call(server.url, 'GET /api/api/things')),
  )
  const jobs = answers.map(jobOf)
  const seen = await Promise.all(
    jobs.map((id) => until(server.url, id, ({ waiting }) => waiting?.reason === 'breaker')),
  )
  expect(seen.every(({ waiting }) => waiting?.until !== null)).toBe(true)
})

test.each(['Location', 'Operation-Location'])(
  'an upstream that answers 202 with %s is followed to its end',
  async (header) => {
    await using wrappedAsync = await startWrapped({ mode: 'async' })
    const { server, upstream } = wrappedAsync
    const done = Promise.withResolvers<void>()
    upstream.behave(async ({ target }, count) => {
      if (target === '/things')
        return { status: 202, headers: [header, '/status/7', 'Retry-After', '0'] }
      if (count > 2) await done.promise
      const state = count > 2 ? 'succeeded' : 'running'
      return {
        headers: ['Content-Type', 'application/json'],
        body: JSON.stringify({ status: state }),
      }
    })
    const accepted = await call(server.url, 'POST /api/api/things')
    const parked = await until(
      server.url,
      jobOf(accepted),
      ({ waiting }) => waiting?.reason === 'upstream',
    )
    expect(parked.state).toBe('running')
    done.resolve()
    expect(await ended(server.url, parked.id)).toMatchObject({ state: 'succeeded', attempt: 1 })
    expect(upstream.calls.map(({ method, target }) => `${method} ${target}`).slice(0, 2)).toEqual([
      'POST /things',
      'GET /status/7',
    ])
    expect(upstream.calls.filter(({ method }) => method === 'POST')).toHaveLength(1)
  },
)

test('a parked job can be cancelled', async () => {
  await using wrappedAsync = await startWrapped({ mode: 'async' })
  const { server, upstream } = wrappedAsync
  upstream.behave(({ target }) =>
    target === '/things'
      ? { status: 202, headers: ['Location', '/status/7', 'Retry-After', '3600'] }
      : { headers: ['Content-Type', 'application/json'], body: '{"status":"running"}' },
  )
  const accepted = await call(server.url, 'POST /api/api/things')
  const id = jobOf(accepted)
  await until(server.url, id, ({ waiting }) => waiting?.reason === 'upstream')
  expect((await call(server.url, `POST /v1/jobs/${id}/cancel`)).status).toBe(202)
  expect((await ended(server.url, id)).state).toBe('cancelled')
})
