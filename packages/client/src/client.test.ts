import { getEventListeners } from 'node:events'
import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClient } from './client.ts'
import {
  BuzzerError,
  ConnectionError,
  JobCancelledError,
  JobFailedError,
  StreamUnavailableError,
  WaitTimeoutError,
} from './error.ts'
import type { JobHandle } from './job-handle.ts'
import { json, problem, startFakeServer, type FakeServer } from './testing/fake-server.ts'
import { createSkippingClock, type SkippingClock } from './testing/skipping-clock.ts'

let server: FakeServer
let clock: SkippingClock

beforeEach(async () => {
  server = await startFakeServer()
  clock = createSkippingClock()
})
afterEach(async () => {
  await server[Symbol.asyncDispose]()
})

const connect = (more: object = {}) =>
  createClient({ url: `${server.url}/`, key: 'bzk_1', clock, random: () => 0.5, ...more })

const submitReport = () => connect().submit('render-report', { month: '2026-10' })

const typesOf = async (events: AsyncIterable<{ type: string }>): Promise<string[]> => {
  const types: string[] = []
  for await (const { type } of events) types.push(type)
  return types
}

const streamRequests = () => server.requests.filter(({ path }) => path.endsWith('/events'))
const piece = (index: number, attempt = 1) => ({ attempt, index, piece: `piece ${index}` })

describe('submit', () => {
  it('sends the input and gives a handle', async () => {
    const how = { idempotencyKey: 'k', priority: 2 }
    const handle = await connect().submit('render-report', { month: '2026-10' }, how)
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/operations/render-report/jobs',
      headers: {
        'authorization': 'Bearer bzk_1',
        'content-type': 'application/json',
        'idempotency-key': '"k"',
        'buzzer-priority': '2',
      },
      body: '{"month":"2026-10"}',
    })
    expect(handle).toMatchObject({ token: `bzj_${handle.id}`, replayed: false })
    expect(handle.job).toEqual(server.doc(handle.id))
  })

  it('comes through after 503, and a lost answer, with the same key', async () => {
    server.next('/operations', (_, response) => problem(response, 503, 'overloaded'))
    server.next('/operations', (_, response) => response.destroy())
    await submitReport()
    const keys = server.requests.map(({ headers }) => headers['idempotency-key'])
    expect(keys).toHaveLength(3)
    expect(new Set(keys).size).toBe(1)
  })

  it('rejects with the problem where the server refuses', async () => {
    server.next('/operations', (_, response) => problem(response, 422, 'validation-failed'))
    const failure = submitReport()
    await expect(failure).rejects.toBeInstanceOf(BuzzerError)
    await expect(failure).rejects.toMatchObject({ code: 'validation-failed', status: 422 })
  })

  it('gives the result without another request where the wait sufficed', async () => {
    const id = server.create()
    const headers = { 'content-location': `/v1/jobs/${id}`, 'idempotency-replayed': 'true' }
    server.next('/operations', (_, response) => json(response, 200, { pages: 3 }, headers))
    const handle = await connect().submit('render-report', {}, { wait: '5s' })
    expect(handle).toMatchObject({ id, token: null, replayed: true })
    await expect(handle.result()).resolves.toEqual({ pages: 3 })
    await expect(handle.result()).resolves.toEqual({ pages: 3 })
    expect(server.requests).toHaveLength(1)
  })

  it('rejects with the failure where the job failed during the wait', async () => {
    const id = server.create()
    server.change(id, 'job.failed', { state: 'failed' })
    const headers = { 'content-location': `/v1/jobs/${id}` }
    server.next('/operations', (_, response) => problem(response, 503, 'handler-failed', headers))
    const handle = await submitReport()
    await expect(handle.result()).rejects.toBeInstanceOf(JobFailedError)
  })

  it('rejects where nothing answers', async () => {
    await server[Symbol.asyncDispose]()
    await expect(submitReport()).rejects.toBeInstanceOf(ConnectionError)
    expect(clock.pending).toBe(0)
  })
})

describe('result', () => {
  it('follows the events and gives the output', async () => {
    const handle = await submitReport()
    const result = handle.result()
    await server.streaming()
    server.change(handle.id, 'job.running', { state: 'running' })
    server.finish(handle.id, { pages: 10 })
    await expect(result).resolves.toEqual({ pages: 10 })
    expect(handle.job?.state).toBe('succeeded')
    expect(server.requests[1]?.headers.authorization).toBe(`Bearer ${handle.token}`)
    expect(clock.pending).toBe(0)
  })

  it('survives streams that are cut, and goes on after what it saw', async () => {
    const handle = await submitReport()
    const result = handle.result()
    await server.streaming()
    server.next('/events', (_, response) => problem(response, 503, 'shutting-down'))
    server.cut()
    await until(() => streamRequests().length === 3)
    server.finish(handle.id, 'done')
    await expect(result).resolves.toBe('done')
    expect(streamRequests()).toHaveLength(3)
  })

  it.each(['sse', 'poll'] as const)('has a cursor over %s to go on with', async (protocol) => {
    const handle = await submitReport()
    server.change(handle.id, 'job.running', { state: 'running' })
    server.finish(handle.id, 'done')
    const first = handle.events({ protocols: [protocol] })
    expect((await typesOf(first)).at(-1)).toBe('job.succeeded')
    expect(first.cursor).toBe(3)
    const since = first.cursor ?? 0
    expect(await typesOf(handle.events({ protocols: ['sse'], since }))).toEqual([])
  })

  it('polls where the answer is not an event stream', async () => {
    const handle = await submitReport()
    server.next('/events', (_, response) => json(response, 200, {}))
    const result = handle.result()
    await until(() => server.requests.some(({ headers }) => headers['if-none-match'] === 'W/"1"'))
    server.finish(handle.id, [1])
    await expect(result).resolves.toEqual([1])
    expect(server.requests.at(-2)?.headers.prefer).toBe('wait=25')
    expect(streamRequests()).toHaveLength(1)
  })

  it('polls, at a pace, where the server does not hold the answer', async () => {
    const handle = await submitReport()
    server.next('/events', (_, response) => problem(response, 501, 'not-supported'))
    for (const status of [304, 304]) {
      server.next(`/${handle.id}`, (_, response) => response.writeHead(status).end())
    }
    const result = handle.result()
    await until(() => clock.slept.length === 2)
    server.finish(handle.id, 1)
    await expect(result).resolves.toBe(1)
    expect(clock.slept.slice(0, 2)).toEqual([1_000, 1_000])
  })

  it.each<[string, number, (response: ServerResponse) => void]>([
    ['the headers', 2, () => {}],
    ['the first byte', 1, (response) => response.writeHead(200, eventStream).flushHeaders()],
  ])('polls where something holds back %s of the stream', async (_, timers, answer) => {
    const handle = await submitReport()
    server.next('/events', (_request, response) => answer(response))
    const result = handle.result()
    // The time limit of the request itself ends when its headers come.
    await until(() => streamRequests().length === 1 && clock.pending === timers)
    await clock.expire(35_000)
    server.finish(handle.id, 'polled')
    await expect(result).resolves.toBe('polled')
    expect(streamRequests()).toHaveLength(1)
  })

  it('rejects with the failure, its problem and the job', async () => {
    const handle = await submitReport()
    const error = { type: 'x', title: 'x', status: 500, detail: 'No ink', code: 'handler-failed' }
    server.change(handle.id, 'job.failed', { state: 'failed', error })
    const failure = handle.result()
    await expect(failure).rejects.toBeInstanceOf(JobFailedError)
    await expect(failure).rejects.toMatchObject({
      message: 'No ink',
      code: 'handler-failed',
      problem: error,
      job: { id: handle.id, state: 'failed' },
    })
  })

  it('rejects when the time is over or the caller gives up, and leaves nothing behind', async () => {
    const handle = await submitReport()
    const late = handle.result({ timeout: '40s' })
    await server.streaming()
    await Promise.all([expect(late).rejects.toBeInstanceOf(WaitTimeoutError), clock.expire(40_000)])
    const caller = new AbortController()
    const stopped = handle.result({ signal: caller.signal })
    caller.abort(new Error('enough'))
    await expect(stopped).rejects.toThrow('enough')
    expect(clock.pending).toBe(0)
    expect(getEventListeners(caller.signal, 'abort')).toEqual([])
  })

  it('rejects where the job is not there', async () => {
    const handle = connect().job('job_0')
    await expect(handle.result()).rejects.toMatchObject({ code: 'job-not-found' })
  })

  it('gives up when the server stays away', async () => {
    const handle = connect({ retry: { reconnects: 3 } }).job('job_0')
    await server[Symbol.asyncDispose]()
    await expect(handle.result()).rejects.toBeInstanceOf(ConnectionError)
    expect(clock.slept).toHaveLength(3)
  })

  it('runs a job in one call', async () => {
    const output = connect().run('render-report', {})
    await server.streaming()
    server.finish(`job_${'1'.padStart(26, '0')}`, { pages: 1 })
    await expect(output).resolves.toEqual({ pages: 1 })
  })
})

const eventStream = { 'content-type': 'text/event-stream' }

describe('events', () => {
  it('end with the final one', async () => {
    const handle = await submitReport()
    const types = typesOf(handle)
    await server.streaming()
    server.change(handle.id, 'job.running', { state: 'running', attempt: 1 })
    server.change(handle.id, 'job.progress', { progress: { percent: 40, message: null } })
    server.finish(handle.id, null)
    await expect(types).resolves.toEqual([
      'job.snapshot',
      'job.running',
      'job.progress',
      'job.succeeded',
    ])
  })

  it('go on with Last-Event-ID after a cut, with nothing twice and nothing lost', async () => {
    const handle = await submitReport()
    const seen: string[] = []
    const reading = (async () => {
      for await (const event of handle.events()) {
        seen.push(event.type === 'job.output' ? (event.piece as string) : event.type)
        if (event.type === 'job.output' && event.index === 0) server.cut()
      }
    })()
    await server.streaming()
    server.change(handle.id, 'job.running', { state: 'running', attempt: 1 })
    server.change(handle.id, 'job.output', {}, piece(0))
    await until(() => seen.includes('piece 0'))
    server.change(handle.id, 'job.output', {}, piece(1))
    server.finish(handle.id, 'x')
    await reading
    expect(seen.filter((type) => type !== 'job.snapshot')).toEqual([
      'job.running',
      'piece 0',
      'piece 1',
      'job.succeeded',
    ])
    const cursors = streamRequests().map(({ headers }) => headers['last-event-id'])
    expect(cursors).toEqual(['0', '3'])
  })

  it('end at once for a reader that has them all', async () => {
    const id = server.create()
    server.finish(id, null)
    await expect(typesOf(connect().job(id).events({ since: 2 }))).resolves.toEqual([])
    await expect(typesOf(connect().job(id).events())).resolves.toEqual([
      'job.snapshot',
      'job.succeeded',
    ])
  })

  it('close the connection when the reader leaves', async () => {
    const handle = await submitReport()
    for await (const event of handle) {
      expect(event.type).toBe('job.snapshot')
      break
    }
    expect(clock.pending).toBe(0)
    await using stream = handle.events()
    await stream.next()
    const waiting = stream.next()
    await stream.return()
    await expect(waiting).resolves.toMatchObject({ done: true })
    expect(clock.pending).toBe(0)
  })

  it('do not go round for ever on a stream of nonsense', async () => {
    const handle = connect({ retry: { reconnects: 2 } }).job(server.create())
    for (let count = 0; count < 3; count += 1) {
      server.next('/events', (_, response) => {
        response.writeHead(200, eventStream)
        response.end('event: job.running\ndata: {\n\n')
      })
    }
    await expect(typesOf(handle)).rejects.toBeInstanceOf(SyntaxError)
  })
})

describe('output', () => {
  it('gives the pieces and takes them back at a retry', async () => {
    const handle = await submitReport()
    const running = { state: 'running', attempt: 1 } as const
    server.change(handle.id, 'job.running', running)
    server.change(handle.id, 'job.output', {}, piece(0))
    const updates = typesOf(handle.output())
    await server.streaming()
    server.change(handle.id, 'job.retrying', { state: 'queued' })
    server.change(handle.id, 'job.running', { state: 'running', attempt: 2 })
    server.change(handle.id, 'job.output', {}, piece(0, 2))
    server.finish(handle.id, null)
    await expect(updates).resolves.toEqual(['piece', 'void', 'piece'])
  })

  it('says so where there is no stream, and leaves no piece out in silence', async () => {
    const handle = await submitReport()
    server.next('/events', (_, response) => json(response, 200, {}))
    await expect(typesOf(handle.output())).rejects.toBeInstanceOf(StreamUnavailableError)
  })
})

describe('the handle', () => {
  it('cancels, and the waiting result rejects', async () => {
    const handle = await submitReport()
    const failure = handle.result().catch((error: unknown) => error)
    await server.streaming()
    await expect(handle.cancel()).resolves.toMatchObject({ state: 'cancelled' })
    await expect(failure).resolves.toBeInstanceOf(JobCancelledError)
  })

  it('can be had again with the id and the token', async () => {
    const { id, token } = await submitReport()
    const handle = createClient({ url: server.url, clock }).job(id, { token })
    expect(handle.job).toBeNull()
    await expect(handle.status()).resolves.toMatchObject({ id, state: 'queued' })
    expect(server.requests.at(-1)?.headers.authorization).toBe(`Bearer ${token}`)
  })

  it('gives text and bytes as they are', async () => {
    const id = server.create()
    server.finish(id, null)
    for (const [type, expected] of [
      ['text/csv', 'a,b'],
      ['application/pdf', new TextEncoder().encode('a,b')],
    ] as const) {
      server.next('/result', (_, response) => {
        response.writeHead(200, { 'content-type': type }).end('a,b')
      })
      await expect(connect().job(id).result()).resolves.toEqual(expected)
    }
  })
})

describe('a wrapped API', () => {
  it('answers by itself, or with a handle whose result is the answer', async () => {
    const client = connect()
    const id = server.create()
    const location = { 'content-location': `/v1/jobs/${id}` }
    server.next('/api/legacy', (_, response) => json(response, 404, { no: 'such' }, location))
    const answer = await client.fetch('/api/legacy/reports/1')
    expect(answer).toBeInstanceOf(Response)
    expect((answer as Response).status).toBe(404)

    server.next('/api/legacy', (_, response) => json(response, 202, server.doc(id)))
    const body = new FormData()
    body.set('a', 'b')
    const accepted = await client.fetch('/api/legacy/reports', { method: 'post', body })
    const sent = server.requests.at(-1)
    expect(sent).toMatchObject({ method: 'POST' })
    expect(sent?.headers['content-type']).toContain(sent?.body.split('\r\n')[0]?.slice(2) ?? '?')
    server.finish(id, { pages: 1 })
    server.next('/result', (_, response) => json(response, 409, { taken: true }, location))
    const result = await (accepted as JobHandle<Response>).result()
    expect([result.status, await result.json()]).toEqual([409, { taken: true }])
  })

  it.each(['@evil.test/', '//evil.test/', 'http://evil.test/', ''])(
    'does not take %j for a path',
    async (path) => {
      await expect(connect().fetch(path)).rejects.toThrow(TypeError)
    },
  )
})

describe('jobs', () => {
  it('lists page by page', async () => {
    const [first, second] = [server.create(), server.create()]
    const page = (id: string, next: string | null) => ({ jobs: [server.doc(id)], next })
    server.next('/v1/jobs', (_, response) => json(response, 200, page(first, 'c')))
    server.next('/v1/jobs', (_, response) => json(response, 200, page(second, null)))
    const ids: string[] = []
    const filter = { state: 'failed', after: new Date(0), limit: 1 } as const
    for await (const { id } of connect().jobs.all(filter)) ids.push(id)
    expect(ids).toEqual([first, second])
    expect(server.requests.map(({ path }) => path)).toEqual([
      '/v1/jobs?state=failed&after=1970-01-01T00%3A00%3A00.000Z&limit=1',
      '/v1/jobs?state=failed&after=1970-01-01T00%3A00%3A00.000Z&limit=1&cursor=c',
    ])
  })

  it('retries a job, once only', async () => {
    const { jobs } = connect()
    server.next('/retry', (_, response) => response.destroy())
    await expect(jobs.retry('job_1')).rejects.toBeInstanceOf(ConnectionError)
    const id = server.create()
    server.next('/retry', (_, response) => json(response, 202, server.doc(id)))
    await expect(jobs.retry(id)).resolves.toMatchObject({ id })
  })

  it('erases, and drives dead letters again', async () => {
    const { jobs, deadLetters } = connect()
    server.next('/v1/jobs', (_, response) => response.writeHead(204).end())
    await jobs.erase('job_1')
    const counted = { count: 4, more: true }
    server.next('/v1/dead-letters/retry', (_, response) => json(response, 202, counted))
    const again = deadLetters.retry({ operation: 'a', ids: ['job_1'] }, { rate: '5/s', limit: 4 })
    await expect(again).resolves.toEqual(counted)
    server.next('/v1/dead-letters/discard', (_, response) => json(response, 200, { count: 0 }))
    await expect(deadLetters.discard({ all: true })).resolves.toEqual({ count: 0 })
    expect(server.requests.map(({ method, body }) => [method, body])).toEqual([
      ['DELETE', ''],
      ['POST', '{"operation":"a","ids":["job_1"],"rate":"5/s","limit":4}'],
      ['POST', '{"all":true}'],
    ])
  })

  it('asks for groups of dead letters and for schedules', async () => {
    const { deadLetters, schedules } = connect()
    const groups = { groups: [], next: null }
    server.next('/v1/dead-letters', (_, response) => json(response, 200, groups))
    await expect(deadLetters.groups({ code: 'x', limit: 5 })).resolves.toEqual(groups)
    const [one, two] = [{ operation: 'one' }, { operation: 'two' }]
    server.next('/v1/schedules', (_, response) =>
      json(response, 200, { schedules: [one], next: 'b25l' }),
    )
    server.next('cursor=b25l', (_, response) =>
      json(response, 200, { schedules: [two], next: null }),
    )
    await expect(schedules.list()).resolves.toEqual([one, two])
    const id = server.create()
    server.next('/run', (_, response) => json(response, 202, server.doc(id)))
    await expect(schedules.run('a b')).resolves.toMatchObject({ id })
    expect(server.requests.map(({ path }) => path)).toEqual([
      '/v1/dead-letters?code=x&limit=5&groupBy=error',
      '/v1/schedules?limit=1000',
      '/v1/schedules?limit=1000&cursor=b25l',
      '/v1/schedules/a%20b/run',
    ])
  })
})

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
