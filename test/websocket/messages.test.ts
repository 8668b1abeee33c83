import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from '../http/support/call.ts'
import { createGates } from '../http/support/gates.ts'
import { ended } from '../http/support/job.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'
import { openSocket, type Said, type TestSocket } from './support/socket.ts'

const gates = createGates()
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    operations: {
      quick: operation({
        input: { type: 'object', properties: { month: { type: 'string' } } },
        run: (input) => ({ got: input }),
      }),
      gate: operation({ run: gates.run }),
      keyed: operation({ idempotency: { required: true }, run: () => 1 }),
    },
    channels: {
      'quotes.{symbol}': channel({ data: { type: 'object' }, history: { count: 5 } }),
      'free.{name}': channel({}),
      'fast.{name}': channel({ ephemeral: true }),
      'seen': channel({ presence: true }),
    },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const open = (): Promise<TestSocket> => openSocket(server.url)
const event = (data: unknown) => ({ type: 'tick', data })
const datas = (said: readonly Said[]): readonly unknown[] =>
  said.filter(({ type }) => type === 'event').map(({ event: each }) => each?.data)

describe('subscribe and publish', () => {
  test.each(['free.a', 'fast.a'])(
    'what is published to %s comes to who follows it',
    async (name) => {
      using socket = await open()
      const ack = await socket.ask({ type: 'subscribe', id: 's', channel: name.replace('.', '/') })
      const none = '0000000000000000'
      expect(ack).toEqual({ type: 'ack', id: 's', since: none, last: none })
      socket.send({ type: 'publish', id: 'p', channel: name, events: [event(1), event('é🎉')] })
      socket.send({ type: 'publish', id: 'q', channel: name, event: { ...event(null), id: 'x' } })
      const said = await Promise.all([
        socket.next(),
        socket.next(),
        socket.next(),
        socket.next(),
        socket.next(),
      ])
      const acks = said.filter(({ type }) => type === 'ack')
      expect(acks.map(({ id }) => id)).toEqual(['p', 'q'])
      expect(
        acks.flatMap(({ events = [] }) => events.map(({ sequence }) => Number(sequence))),
      ).toEqual([1, 2, 3])
      expect(datas(said)).toEqual([1, 'é🎉', null])
      expect(said.find(({ type }) => type === 'event')).toMatchObject({
        id: 's',
        event: {
          specversion: '1.0',
          source: `/channels/${name}`,
          type: 'tick',
          sequence: '0000000000000001',
        },
      })
    },
  )

  test('a cursor goes on where it stands, as number and as text; credit cuts exactly', async () => {
    using socket = await open()
    const events = Array.from({ length: 10 }, (_, index) => event(index))
    await socket.ask({ type: 'publish', id: 'p', channel: 'free.credit', events })
    for (const since of [4, '4', '0000000000000004']) {
      const ack = await socket.ask({
        type: 'subscribe',
        id: 'c',
        channel: 'free.credit',
        since,
        credit: 2,
      })
      expect(ack.since).toBe('0000000000000004')
      expect(datas([await socket.next(), await socket.next()])).toEqual([4, 5])
      expect((await socket.ask({ type: 'ping', id: 'quiet' })).type).toBe('pong')
      socket.send({ type: 'credit', id: 'c', credit: 3 })
      expect(datas([await socket.next(), await socket.next(), await socket.next()])).toEqual([
        6, 7, 8,
      ])
      expect(await socket.ask({ type: 'unsubscribe', id: 'c' })).toEqual({
        type: 'complete',
        id: 'c',
      })
    }
  })

  test('who falls off the history is told so', async () => {
    using socket = await open()
    const events = Array.from({ length: 9 }, (_, index) => event({ index }))
    await socket.ask({ type: 'publish', id: 'p', channel: 'quotes.OLD', events })
    socket.send({ type: 'subscribe', id: 's', channel: 'quotes.OLD', since: 1 })
    expect(await socket.next()).toMatchObject({ type: 'ack' })
    const { oldest = '0' } = await socket.next()
    const first = await socket.next()
    expect(first.event?.sequence).toBe(oldest)
    expect(Number(oldest)).toBeGreaterThan(2)
  })

  test('who gives a name is seen while they read', async () => {
    using watcher = await open()
    await watcher.ask({ type: 'subscribe', id: 'w', channel: 'presence/seen' })
    using ann = await open()
    await ann.ask({ type: 'subscribe', id: 's', channel: 'seen', as: 'ann' })
    const joined = { type: 'dev.buzzer.presence.joined', data: { name: 'ann', count: 1 } }
    expect((await watcher.next()).event).toMatchObject(joined)
    using bob = await openSocket(server.url, '/v1/channels/seen/ws?as=bob', 'cloudevents.json')
    expect((await watcher.next()).event).toMatchObject({ data: { name: 'bob', count: 2 } })
    bob.raw.close()
    const unseen = await ann.ask({ type: 'subscribe', id: 'x', channel: 'free.a', as: 'ann' })
    expect(unseen.error?.code).toBe('invalid-parameter')
  })

  test('two subscriptions of one channel each get all of it', async () => {
    using socket = await open()
    for (const id of ['a', 'b']) await socket.ask({ type: 'subscribe', id, channel: 'free.two' })
    socket.send({ type: 'publish', id: 'p', channel: 'free.two', event: event(1) })
    const said = [await socket.next(), await socket.next(), await socket.next()]
    expect(said.map(({ id }) => id).toSorted((a = '', b = '') => a.localeCompare(b))).toEqual([
      'a',
      'b',
      'p',
    ])
  })
})

describe('jobs', () => {
  test('a job is submitted, followed to its end and ends its subscription', async () => {
    using socket = await open()
    const { job } = await socket.ask({ type: 'submit', id: 'j', operation: 'gate', tags: ['t'] })
    const arrival = await gates.next()
    const channelName = `jobs/${job?.id}`
    expect(await socket.ask({ type: 'subscribe', id: 's', channel: channelName })).toEqual({
      type: 'ack',
      id: 's',
      since: null,
      last: null,
    })
    expect((await socket.next()).event?.type).toBe('dev.buzzer.job.snapshot')
    await arrival.ctx.output('piece')
    expect((await socket.next()).event).toMatchObject({
      type: 'dev.buzzer.job.output',
      data: { piece: 'piece' },
    })
    arrival.finish({ done: true })
    const said = await socket.until('complete')
    expect(said.at(-2)?.event).toMatchObject({
      type: 'dev.buzzer.job.succeeded',
      data: { result: { done: true } },
    })
    const last = said.at(-2)?.event?.sequence
    socket.send({ type: 'subscribe', id: 'again', channel: channelName, since: last })
    expect(await socket.until('complete')).toEqual([
      { type: 'ack', id: 'again', since: last, last: null },
      { type: 'complete', id: 'again' },
    ])
  })

  test('a channel that is deleted, or becomes another kind, lets go of who follows it', async () => {
    const define = (method: string, body?: object) =>
      fetch(`${server.url}/v1/channels/passing`, {
        method,
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      })
    await define('PUT', {})
    using socket = await open()
    await socket.ask({ type: 'subscribe', id: 's', channel: 'passing' })
    using bare = await openSocket(server.url, '/v1/channels/passing/ws', 'cloudevents.json')
    await define('PUT', { ephemeral: true })
    expect(await socket.next()).toMatchObject({ id: 's', error: { code: 'channel-changed' } })
    expect((await bare.closed).code).toBe(1013)
    await socket.ask({ type: 'subscribe', id: 't', channel: 'passing' })
    using again = await openSocket(server.url, '/v1/channels/passing/ws', 'cloudevents.json')
    await define('DELETE')
    expect(await socket.next()).toMatchObject({ id: 't', error: { code: 'channel-not-found' } })
    expect((await again.closed).code).toBe(4404)
  })

  test('the outcome is on the channel of its operation, and a batch can be followed', async () => {
    using socket = await open()
    await socket.ask({ type: 'subscribe', id: 'o', channel: 'operations/quick', credit: 1 })
    const answer = await call(server.url, 'POST /v1/batches', {
      json: { jobs: [{ operation: 'quick', input: {} }] },
    })
    const { id } = answer.json<{ id: string }>()
    expect((await socket.next()).event?.type).toBe('dev.buzzer.job.succeeded')
    socket.send({ type: 'subscribe', id: 'b', channel: `batches/${id}` })
    const types = (await socket.until('complete')).map((said) => said.event?.type ?? said.type)
    expect(types[0]).toBe('ack')
    expect(types.at(-2)).toMatch(/^dev\.buzzer\.batch\.(?:snapshot|succeeded)$/)
  })

  test('a key stands for the same job by HTTP and here', async () => {
    using socket = await open()
    const input = { month: 'May' }
    const key = 'same-key'
    const first = await call(server.url, 'POST /v1/operations/quick/jobs', {
      json: input,
      headers: { 'idempotency-key': `"${key}"`, 'buzzer-priority': '2' },
    })
    const message = { type: 'submit', operation: 'quick', input, idempotencyKey: key, priority: 2 }
    const again = await socket.ask({ ...message, id: 'a' })
    expect(again.job?.id).toBe(first.json<{ id: string }>().id)
    const other = await socket.ask({ ...message, id: 'b', input: { month: 'June' } })
    expect(other.error?.code).toBe('idempotency-key-reused')
  })

  test('an input is what was written, digit by digit and space by space', async () => {
    using socket = await open()
    const written = '{ "month": "May", "n": 12345678901234567890, "f": 1.0 }'
    const headers = { 'content-type': 'application/json', 'idempotency-key': '"as-written"' }
    const first = await call(server.url, 'POST /v1/operations/quick/jobs', {
      headers,
      body: written,
    })
    const said = '"type":"submit","id":"w","operation":"quick","idempotencyKey":"as-written"'
    socket.raw.send(`{${said},"input":${written}}`)
    expect((await socket.next()).job?.id).toBe(first.json<{ id: string }>().id)
  })

  test('the token of a job opens that job and nothing else', async () => {
    using owner = await open()
    const [mine, other] = [
      await owner.ask({ type: 'submit', id: '1', operation: 'gate' }),
      await owner.ask({ type: 'submit', id: '2', operation: 'quick', input: {} }),
    ]
    const headers = { authorization: `Bearer ${mine.job?.token}` }
    using socket = await openSocket(server.url, '/v1/ws', 'buzzer.v1', { headers })
    const arrival = await gates.next()
    const tries = [
      { type: 'subscribe', channel: `jobs/${other.job?.id}` },
      { type: 'subscribe', channel: 'free.a' },
      { type: 'publish', channel: 'free.a', event: event(1) },
      { type: 'submit', operation: 'quick' },
      { type: 'cancel', job: other.job?.id },
    ]
    for (const [at, each] of tries.entries()) {
      expect((await socket.ask({ ...each, id: `${at}` })).error?.code, each.type).toBe(
        'insufficient-scope',
      )
    }
    expect(
      (await socket.ask({ type: 'subscribe', id: 's', channel: `jobs/${mine.job?.id}` })).type,
    ).toBe('ack')
    await socket.next()
    socket.send({ type: 'cancel', id: 'c', job: mine.job?.id })
    expect(arrival.ctx.attempt).toBe(1)
    const said = await socket.until('complete')
    expect(said.map(({ type, id }) => `${type} ${id}`)).toContain('ack c')
    expect((await ended(server.url, mine.job?.id ?? '')).state).toBe('cancelled')
  })
})

type Mistake = readonly [string, Readonly<Record<string, unknown>>, string, string?]

/** What is wrong with a message, and what its sender is told. */
const mistakes: readonly Mistake[] = [
  ['a channel that is not there', { type: 'subscribe', channel: 'nowhere' }, 'channel-not-found'],
  ['a name with tricks', { type: 'subscribe', channel: 'free.#' }, 'channel-not-found'],
  [
    'another name with tricks',
    { type: 'subscribe', channel: 'free.__proto__' },
    'channel-not-found',
  ],
  ['no channel', { type: 'subscribe' }, 'validation-failed', '/channel'],
  [
    'a cursor that is none',
    { type: 'subscribe', channel: 'free.a', since: 'x' },
    'validation-failed',
    '/since',
  ],
  [
    'a broken cursor',
    { type: 'subscribe', channel: 'free.a', since: 1.5 },
    'validation-failed',
    '/since',
  ],
  [
    'credit below 0',
    { type: 'subscribe', channel: 'free.a', credit: -1 },
    'validation-failed',
    '/credit',
  ],
  ['an empty name', { type: 'subscribe', channel: 'free.a', as: '' }, 'invalid-parameter'],
  [
    'an unknown member',
    { type: 'subscribe', channel: 'free.a', from: 1 },
    'validation-failed',
    '/from',
  ],
  ['a job that is not there', { type: 'subscribe', channel: 'jobs/job_x' }, 'job-not-found'],
  ['a batch that is not there', { type: 'subscribe', channel: 'batches/bat_x' }, 'batch-not-found'],
  ['no event', { type: 'publish', channel: 'free.a' }, 'validation-failed', '/event'],
  [
    'both',
    { type: 'publish', channel: 'free.a', event: event(1), events: [] },
    'validation-failed',
    '/event',
  ],
  [
    'an event without a type',
    { type: 'publish', channel: 'free.a', event: {} },
    'validation-failed',
    '/type',
  ],
  [
    'the second',
    { type: 'publish', channel: 'free.a', events: [event(1), 7] },
    'validation-failed',
    '/1',
  ],
  [
    'a type of ours',
    { type: 'publish', channel: 'free.a', event: { type: 'dev.buzzer.x' } },
    'validation-failed',
    '/type',
  ],
  [
    'data that does not fit',
    { type: 'publish', channel: 'quotes.A', event: event(1) },
    'validation-failed',
    '/data',
  ],
  [
    'outcomes',
    { type: 'publish', channel: 'operations/quick', event: event(1) },
    'channel-not-found',
  ],
  [
    'too many',
    { type: 'publish', channel: 'free.a', events: Array.from({ length: 1_001 }, () => event(1)) },
    'payload-too-large',
  ],
  ['an operation that is not there', { type: 'submit', operation: 'no' }, 'operation-not-found'],
  ['no operation', { type: 'submit' }, 'validation-failed', '/operation'],
  [
    'an input that does not fit',
    { type: 'submit', operation: 'quick', input: { month: 1 } },
    'validation-failed',
    '/input/month',
  ],
  [
    'a priority that is none',
    { type: 'submit', operation: 'quick', priority: 99 },
    'validation-failed',
    '/priority',
  ],
  [
    'a delay that is none',
    { type: 'submit', operation: 'quick', delay: 'soon' },
    'validation-failed',
    '/delay',
  ],
  ['no key', { type: 'submit', operation: 'keyed' }, 'idempotency-key-missing'],
  ['to cancel nothing', { type: 'cancel' }, 'validation-failed', '/job'],
  ['to cancel what is not there', { type: 'cancel', job: 'job_x' }, 'job-not-found'],
]

test.each(mistakes)(
  '%s is an error of that message, and the socket stays',
  async (_, message, code, pointer) => {
    using socket = await open()
    const said = await socket.ask(Object.assign({ id: 'm' }, message))
    expect(said, JSON.stringify(said)).toMatchObject({ type: 'error', id: 'm', error: { code } })
    if (pointer !== undefined) expect(said.error?.errors?.[0]?.pointer).toBe(pointer)
    expect(await socket.ask({ type: 'ping', id: 'p' })).toEqual({ type: 'pong', id: 'p' })
    expect(await socket.ask({ type: 'ping' })).toEqual({ type: 'pong' })
  },
)

const broken: readonly (readonly [string, string])[] = [
  ['no JSON', '{'],
  ['nothing', ''],
  ['a list', '[]'],
  ['null', 'null'],
  ['no type', '{"id":"a"}'],
  ['a type that only we send', '{"type":"ack","id":"a"}'],
  ['a type with tricks', '{"type":"constructor","id":"a"}'],
  ['no id', '{"type":"publish"}'],
  ['an id that is none', '{"type":"subscribe","id":7}'],
  ['a long id', `{"type":"subscribe","id":"${'x'.repeat(65)}"}`],
  ['a poisoned object', '{"type":"ping","id":"a","__proto__":{}}'],
  ['deep nesting', `{"type":"ping","id":"a","x":${'['.repeat(500)}${']'.repeat(500)}}`],
  ['credit that is none', '{"type":"credit","id":"a","credit":0}'],
]

test.each(broken)('%s closes with 4400 and says why', async (_, text) => {
  using socket = await open()
  socket.send({ type: 'ping', id: 'before' })
  socket.raw.send(text)
  expect(await socket.next()).toEqual({ type: 'pong', id: 'before' })
  const { code, reason } = await socket.closed
  expect([code, reason]).toEqual([4400, expect.stringMatching(/\S+ \S+/)])
})

test('an id that is in use closes; one that is free again does not', async () => {
  using socket = await open()
  const subscribe = { type: 'subscribe', id: 'a', channel: 'free.a' }
  await socket.ask(subscribe)
  await socket.ask({ type: 'unsubscribe', id: 'a' })
  // One that is not open has nothing to end, so nothing is said.
  socket.send({ type: 'unsubscribe', id: 'a' })
  expect((await socket.ask(subscribe)).type).toBe('ack')
  socket.send(subscribe)
  expect((await socket.closed).code).toBe(4400)
})
