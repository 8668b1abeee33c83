import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EventSource } from 'eventsource'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call, type Answer } from '../http/support/call.ts'
import { ended, submit } from '../http/support/job.ts'
import { expectProblem } from '../http/support/problem.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'
import { openStream } from '../http/support/sse.ts'
import { openSocket, refusal } from './support/socket.ts'

let server: TestServer
let now = 0

beforeAll(async () => {
  server = await startTestServer(
    {
      operations: { quick: operation({ run: () => 1 }) },
      channels: { 'quotes.{symbol}': channel({}) },
    },
    {
      // The store has a clock of its own, so what it is asked moves instead.
      wrapStore: (store) => ({
        ...store,
        tickets: { use: (id, firstUseBy) => store.tickets.use(id, firstUseBy - now) },
      }),
    },
  )
})
afterAll(() => server[Symbol.asyncDispose]())

const ask = (name: string, headers = {}): Promise<Answer> =>
  call(server.url, 'POST /v1/tickets', { json: { channel: name }, headers })
const ticketFor = async (name: string, headers = {}): Promise<string> => {
  const answer = await ask(name, headers)
  expect(answer.status, answer.text).toBe(201)
  return answer.json<{ ticket: string }>().ticket
}

test('says what it opens and until when it has to be used', async () => {
  const answer = await ask('quotes/ACME')
  expect([answer.status, answer.headers['cache-control']]).toEqual([201, 'no-store'])
  const { ticket, channel: name, expiresAt } = answer.json<Record<string, string>>()
  expect([ticket, name]).toEqual([expect.stringMatching(/^bzt_[\w-]+$/), 'quotes.ACME'])
  const aheadMs = Date.parse(expiresAt ?? '') - Date.now()
  expect(aheadMs).toBeGreaterThan(50_000)
  expect(aheadMs).toBeLessThanOrEqual(60_000)
})

test('is asked for with a channel that is there, and nothing else', async () => {
  expectProblem(await ask('nowhere'), 404, 'channel-not-found')
  expectProblem(await ask('jobs/job_x'), 404, 'job-not-found')
  expectProblem(await ask('batches/bat_x'), 404, 'batch-not-found')
  const post = (options: object) => call(server.url, 'POST /v1/tickets', options)
  expectProblem(await post({ json: {} }), 422, 'validation-failed')
  expectProblem(await post({ json: { channel: 'quotes.A', for: '1y' } }), 422, 'validation-failed')
  expectProblem(await post({ json: null }), 422, 'validation-failed')
  expectProblem(await post({}), 400, 'malformed-body')
})

test('opens its channel by SSE, long polling and both WebSockets', async () => {
  const query = `ticket=${await ticketFor('quotes.ACME')}`
  using stream = await openStream(server.url, `/v1/channels/quotes.ACME/events?${query}`)
  expect(stream.answer.statusCode).toBe(200)
  const page = await call(server.url, `GET /v1/channels/quotes%2FACME/events?since=0&${query}`, {
    headers: { accept: 'application/json' },
  })
  expect(page.status).toBe(200)
  using socket = await openSocket(server.url, `/v1/ws?${query}`)
  expect((await socket.ask({ type: 'subscribe', id: 's', channel: 'quotes/ACME' })).type).toBe(
    'ack',
  )
  using events = await openSocket(
    server.url,
    `/v1/channels/quotes.ACME/ws?${query}`,
    'cloudevents.json',
  )
  expect(events.raw.readyState).toBe(1)
})

test('opens nothing else and publishes nothing', async () => {
  const ticket = await ticketFor('quotes.ACME')
  const query = `ticket=${ticket}`
  const { id } = await submit(server.url, 'quick')
  for (const route of [
    'GET /v1/channels/quotes.OTHER/events',
    'GET /v1/channels/operations%2Fquick/events',
    `GET /v1/jobs/${id}/events`,
    `GET /v1/jobs/${id}`,
    'GET /v1/jobs',
    'POST /v1/tickets',
    'POST /v1/operations/quick/jobs',
    'POST /v1/channels/quotes.ACME/events',
    'GET /metrics',
  ]) {
    expectProblem(await call(server.url, `${route}?${query}`), 403, 'insufficient-scope')
  }
  const other = openSocket(server.url, `/v1/channels/quotes.OTHER/ws?${query}`, 'cloudevents.json')
  expectProblem(await refusal(other), 403, 'insufficient-scope')
  using socket = await openSocket(server.url, `/v1/ws?${query}`)
  for (const each of [
    { type: 'subscribe', channel: 'quotes.OTHER' },
    { type: 'subscribe', channel: `jobs/${id}` },
    { type: 'publish', channel: 'quotes.ACME', event: { type: 'a' } },
    { type: 'submit', operation: 'quick' },
    { type: 'cancel', job: id },
  ]) {
    const said = await socket.ask({ ...each, id: 'x' })
    expect(said.error?.code, JSON.stringify(each)).toBe('insufficient-scope')
  }
  using events = await openSocket(server.url, `/v1/channels/quotes.ACME/ws?${query}`, [])
  events.send({ specversion: '1.0', id: '1', source: '/a', type: 'a' })
  expect(await events.closed).toMatchObject({
    code: 4400,
    reason: expect.stringMatching(/^insuff/),
  })
})

test('one that is none, and one that nobody used in time, open nothing', async () => {
  const path = '/v1/channels/quotes.ACME/events'
  const late = await ticketFor('quotes.ACME')
  for (const ticket of [
    '',
    'x',
    'bzt_',
    late.slice(0, -1),
    `${late}x`,
    late.replace('bzt_', 'bzj_'),
  ]) {
    const answer = await call(server.url, `GET ${path}?ticket=${ticket}`)
    expectProblem(answer, 401, 'invalid-token')
    expect(answer.headers['www-authenticate']).toBe('Bearer')
  }
  const early = await ticketFor('quotes.ACME')
  const open = async (ticket: string): Promise<number> => {
    using stream = await openStream(server.url, `${path}?ticket=${ticket}`)
    return stream.answer.statusCode ?? 0
  }
  expect(await open(early)).toBe(200)
  now = 61_000
  try {
    expect([await open(early), await open(late)]).toEqual([200, 401])
    expectProblem(
      await refusal(openSocket(server.url, `/v1/ws?ticket=${late}`)),
      401,
      'invalid-token',
    )
  } finally {
    now = 0
  }
})

test('the token of a job gets tickets for that job alone', async () => {
  const [mine, other] = [await submit(server.url, 'quick'), await submit(server.url, 'quick')]
  const headers = { authorization: `Bearer ${mine.token}` }
  for (const name of ['quotes.ACME', `jobs/${other.id}`, 'operations/quick']) {
    expectProblem(await ask(name, headers), 403, 'insufficient-scope')
  }
  const query = `ticket=${await ticketFor(`jobs/${mine.id}`, headers)}`
  await ended(server.url, mine.id)
  using stream = await openStream(server.url, `/v1/jobs/${mine.id}/events?${query}`)
  expect((await stream.rest()).at(-1)?.event).toBe('job.succeeded')
  using socket = await openSocket(server.url, `/v1/ws?${query}`)
  socket.send({ type: 'subscribe', id: 's', channel: `jobs/${mine.id}` })
  expect((await socket.until('complete')).map(({ type }) => type)).toContain('event')
  const refused = await socket.ask({ type: 'cancel', id: 'c', job: mine.id })
  expect(refused.error?.code).toBe('insufficient-scope')
})

test('a browser that comes back with the same URL after a restart goes on', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'buzzer-tickets-'))
  const settings = {
    dataFolder: folder,
    store: { kind: 'sqlite', folder } as const,
    channels: { 'quotes.{symbol}': channel({}) },
  }
  const got: string[] = []
  const arrivals = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  let port = 0
  const publish = (url: string, data: string) =>
    call(url, 'POST /v1/channels/quotes.ACME/events', { json: data })
  try {
    let source: EventSource | null = null
    {
      await using first = await startTestServer(settings)
      port = first.port
      const answer = await call(first.url, 'POST /v1/tickets', { json: { channel: 'quotes.ACME' } })
      const { ticket } = answer.json<{ ticket: string }>()
      source = new EventSource(
        `${first.url}/v1/channels/quotes.ACME/events?since=0&ticket=${ticket}`,
      )
      source.addEventListener('message', ({ data }: { data: string }) => {
        got.push((JSON.parse(data) as { data: string }).data)
        arrivals[got.length - 1]?.resolve()
      })
      await publish(first.url, 'before')
      await arrivals[0]?.promise
    }
    await using second = await startTestServer({ ...settings, port })
    await publish(second.url, 'after')
    await arrivals[1]?.promise
    source.close()
    expect(got).toEqual(['before', 'after'])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
