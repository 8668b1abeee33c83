import { EventSource } from 'eventsource'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call, type Answer, type CallOptions } from './support/call.ts'
import { ended, submit } from './support/job.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer, type TestServer } from './support/server.ts'
import { openStream } from './support/sse.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    operations: {
      tell: operation({
        retry: { attempts: 1 },
        run: (to, ctx) => ctx.publish(String(to), { type: 'told', data: { n: 1 } }),
      }),
    },
    channels: {
      'any.{name}': channel(),
      'quotes.{symbol}': channel({
        data: {
          type: 'object',
          required: ['price'],
          properties: { price: { type: 'number' } },
        },
        history: { count: 5 },
      }),
      'live': channel({ ephemeral: true }),
      'chat.{room}': channel({ presence: true }),
    },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

/** @param place a channel, with the query of the request behind it */
function publish(place: string, options: CallOptions): Promise<Answer> {
  const [name = '', query = ''] = place.split('?')
  return call(server.url, `POST /v1/channels/${name}/events?${query}`, options)
}
const page = (name: string, query = 'since=0', headers = {}): Promise<Answer> =>
  call(server.url, `GET /v1/channels/${name}/events?${query}`, {
    headers: { accept: 'application/json', ...headers },
  })

interface Page {
  readonly events: readonly Readonly<Record<string, unknown>>[]
  readonly next: string
  readonly reset?: { readonly oldest: string }
}

const whole = { specversion: '1.0', id: 'e1', source: '/mine', type: 'com.example.it' }
const cloudEvent = (event: object) => ({
  headers: { 'content-type': 'application/cloudevents+json' },
  body: JSON.stringify(event),
})

describe('an event', () => {
  test('is the same whichever way it was sent', async () => {
    const attributes = { ...whole, subject: 'ü', time: '2026-01-02T03:04:05Z', mine: 'yes' }
    const data = { a: 1, b: 'ü\n' }
    const ways: readonly CallOptions[] = [
      cloudEvent({ ...attributes, data }),
      {
        headers: { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' },
        body: JSON.stringify([{ ...attributes, data }]),
      },
      {
        headers: {
          'content-type': 'application/json',
          ...Object.fromEntries(
            Object.entries(attributes).map(([name, value]) => [
              `ce-${name}`,
              encodeURIComponent(value),
            ]),
          ),
        },
        body: JSON.stringify(data, null, 2),
      },
    ]
    for (const [index, way] of ways.entries()) {
      const answer = await publish(`any.${index}`, way)
      expect(answer.status, answer.text).toBe(202)
      expect(answer.json()).toEqual({ events: [{ id: 'e1', sequence: '0000000000000001' }] })
      const { events } = (await page(`any%2F${index}`)).json<Page>()
      expect(events).toEqual([
        {
          ...attributes,
          datacontenttype: 'application/json',
          data,
          sequence: '0000000000000001',
        },
      ])
    }
  })

  test('may be plain data, or bytes', async () => {
    await publish('any.plain?type=it&subject=s', { json: [1] })
    const bytes = { headers: { 'content-type': 'image/png' }, body: new Uint8Array([1, 255]) }
    await publish('any.plain', bytes)
    await publish('any.plain', {})
    const { events } = (await page('any.plain')).json<Page>()
    expect(events).toMatchObject([
      { type: 'it', subject: 's', source: '/channels/any.plain', data: [1] },
      { type: 'message', datacontenttype: 'image/png', data_base64: 'Af8=' },
      { type: 'message' },
    ])
  })

  test('keeps its numbers as they were sent, and of a name that stands twice what was checked', async () => {
    const data = '{"id":9007199254740993,"big":1e400,"price":"evil","price":1.5}'
    const event = `{"specversion":"1.0","id":"n","source":"/s","type":"t","data":${data}}`
    const json = 'application/json'
    for (const [body, type] of [
      [data, json],
      [event, 'application/cloudevents+json'],
      [`[${event.replace('"n"', '"m"')}]`, 'application/cloudevents-batch+json'],
    ]) {
      await publish('quotes.N', { headers: { 'content-type': type ?? '' }, body: body ?? '' })
    }
    const { text } = await page('quotes.N')
    const kept = '"data":{"id":9007199254740993,"big":1e400,"price":1.5}'
    expect(text.split(kept)).toHaveLength(4)
  })

  test('that is sent again is the same event, and its repetition tells nobody', async () => {
    const events = [whole, { ...whole, id: 'e2' }, whole]
    for (const event of events) await publish('any.again', cloudEvent(event))
    const again = await publish('any.again', cloudEvent({ ...whole, data: 'other' }))
    expect(again.json()).toEqual({ events: [{ id: 'e1', sequence: '0000000000000001' }] })
    expect((await page('any.again')).json<Page>().events).toHaveLength(2)
  })

  test.each<[string, string, CallOptions, [number, string], RegExp]>([
    ['no channel', 'none', { json: 1 }, [404, 'channel-not-found'], /declare/i],
    ['a name that is none', 'any..a', { json: 1 }, [404, 'channel-not-found'], /./],
    ['a pattern for a name', 'any.%7Bname%7D', { json: 1 }, [404, 'channel-not-found'], /./],
    ['outcomes', 'operations.tell', { json: 1 }, [404, 'channel-not-found'], /only Buzzer/],
    ['presence', 'presence.chat.a', { json: 1 }, [404, 'channel-not-found'], /only Buzzer/],
    [
      'broken JSON',
      'any.a',
      { headers: { 'content-type': 'application/json' }, body: '{' },
      [400, 'malformed-body'],
      /JSON/,
    ],
    [
      'no body of a CloudEvent',
      'any.a',
      { headers: { 'content-type': 'application/cloudevents+json' } },
      [400, 'malformed-body'],
      /no body/,
    ],
    ['an array for an event', 'any.a', { ...cloudEvent([]) }, [400, 'malformed-body'], /object/],
    [
      'an event without an id',
      'any.a',
      cloudEvent({ ...whole, id: undefined }),
      [422, 'validation-failed'],
      /CloudEvent/,
    ],
    [
      'another version',
      'any.a',
      cloudEvent({ ...whole, specversion: '0.3' }),
      [422, 'validation-failed'],
      /./,
    ],
    [
      'a type of ours',
      'any.a',
      cloudEvent({ ...whole, type: 'dev.buzzer.x' }),
      [422, 'validation-failed'],
      /./,
    ],
    [
      'an extension that is none',
      'any.a',
      cloudEvent({ ...whole, 'A-b': 1 }),
      [422, 'validation-failed'],
      /./,
    ],
    [
      'control characters',
      'any.a',
      cloudEvent({ ...whole, subject: 'a\nb' }),
      [422, 'validation-failed'],
      /./,
    ],
    [
      'data twice',
      'any.a',
      cloudEvent({ ...whole, data: 1, data_base64: 'AA==' }),
      [422, 'validation-failed'],
      /./,
    ],
    [
      '__proto__',
      'any.a',
      { headers: { 'content-type': 'application/json' }, body: '{"__proto__":1}' },
      [400, 'malformed-body'],
      /./,
    ],
    [
      'another format',
      'any.a',
      { headers: { 'content-type': 'application/cloudevents+avro' }, body: 'x' },
      [415, 'unsupported-media-type'],
      /cloudevents\+json/,
    ],
    [
      'data that does not fit',
      'quotes.A',
      { json: { price: 'x' } },
      [422, 'validation-failed'],
      /channel/,
    ],
    [
      'bytes for a schema',
      'quotes.A',
      { headers: { 'content-type': 'text/plain' }, body: 'x' },
      [422, 'validation-failed'],
      /./,
    ],
    ['a parameter that is none', 'any.a?typ=x', { json: 1 }, [400, 'invalid-parameter'], /type/],
    ['too large', 'any.a', { json: 'x'.repeat(400_000) }, [422, 'validation-failed'], /./],
  ])('is refused for %s', async (_what, name, options, refusal, detail) => {
    const problem = expectProblem(await publish(name, options), ...refusal)
    expect(problem.detail).toMatch(detail)
  })

  test('of a batch is taken with all others or not at all, and the wrong ones are named', async () => {
    const body = JSON.stringify([whole, { ...whole, id: '' }, 7])
    const headers = { 'content-type': 'application/cloudevents-batch+json' }
    const problem = expectProblem(
      await publish('any.batch', { headers, body }),
      422,
      'validation-failed',
    )
    expect(problem.errors?.map(({ pointer }) => pointer)).toEqual(['/1/id', '/2'])
    expect((await page('any.batch')).json<Page>().events).toEqual([])
  })
})

describe('a page', () => {
  test('gives what is above the cursor, and the cursor for the next', async () => {
    for (const price of [1, 2, 3]) await publish('quotes.P', { json: { price } })
    const first = (await page('quotes.P', 'since=0&limit=2')).json<Page>()
    expect(first.events.map(({ sequence }) => sequence)).toEqual([
      '0000000000000001',
      '0000000000000002',
    ])
    expect(first.next).toBe('0000000000000002')
    expect((await page('quotes.P', `since=${first.next}`)).json<Page>()).toMatchObject({
      events: [{ data: { price: 3 } }],
      next: '0000000000000003',
    })
    expect((await page('quotes.P', '')).json<Page>()).toEqual({
      events: [],
      next: '0000000000000003',
    })
  })

  test('is held until something comes, or the wait is over', async () => {
    const waiting = page('any.wait', '', { prefer: 'wait=20' })
    await expect.poll(async () => (await call(server.url, 'GET /readyz')).status).toBe(200)
    await publish('any.wait', { json: 'first' })
    await publish('any.wait', { json: 'second' })
    const answer = await waiting
    expect(answer.headers).toMatchObject({ 'preference-applied': 'wait' })
    expect(answer.json<Page>().events[0]).toMatchObject({
      data: expect.stringMatching(/first|second/) as string,
    })
    const empty = await page('any.wait', 'since=2', { prefer: 'wait=1' })
    expect(empty.json<Page>()).toEqual({ events: [], next: '0000000000000002' })
  })

  test('says where it begins when what was asked for is gone', async () => {
    for (const price of [1, 2, 3, 4, 5, 6, 7]) await publish('quotes.R', { json: { price } })
    const { events, reset, next } = (await page('quotes.R', 'since=1')).json<Page>()
    expect([events.length, reset, next]).toEqual([
      5,
      { oldest: '0000000000000003' },
      '0000000000000007',
    ])
    const again = (await page('quotes.R', 'since=00099&lastEventId=0')).json<Page>()
    expect(again.events.map(({ sequence }) => sequence)).toContain('0000000000000003')
    const ahead = (await page('quotes.R', 'since=00099')).json<Page>()
    expect(ahead.reset).toEqual({ oldest: '0000000000000003' })
  })

  test.each([
    ['since=-1', {}, 400, 'invalid-parameter'],
    ['since=x', {}, 400, 'invalid-parameter'],
    ['limit=0', {}, 400, 'invalid-parameter'],
    ['lastEventId=x', {}, 400, 'invalid-header'],
    ['sinc=0', {}, 400, 'invalid-parameter'],
    ['since=0&since=1', {}, 400, 'invalid-parameter'],
    ['as=ann', {}, 400, 'invalid-parameter'],
    ['limit=1', { accept: 'text/event-stream' }, 400, 'invalid-parameter'],
    ['', { 'last-event-id': 'x' }, 400, 'invalid-header'],
    ['', { accept: 'text/html' }, 406, 'not-acceptable'],
    ['', { accept: 'application/json;q=0' }, 406, 'not-acceptable'],
    ['', { accept: 'text/event-stream;q=0, */*' }, 406, 'not-acceptable'],
  ])('is refused for ?%s %j', async (query, headers, status, code) => {
    expectProblem(await page('any.a', query, headers), status, code)
  })
})

test.each([
  ['application/json, text/event-stream;q=0', 'application/json'],
  ['application/json, text/event-stream;q=0.5', 'application/json'],
  ['application/json;q=0.5, text/event-stream', 'text/event-stream'],
  ['application/json, text/event-stream', 'text/event-stream'],
  ['application/json;q=0, */*', 'text/event-stream'],
])('Accept: %s gives %s', async (accept, mediaType) => {
  using stream = await openStream(server.url, '/v1/channels/any.a/events?since=0', { accept })
  expect(stream.answer.headers['content-type']).toContain(mediaType)
})

describe('a stream', () => {
  test('replays, follows, and says once where it begins anew', async () => {
    for (const price of [1, 2, 3, 4, 5, 6, 7]) await publish('quotes.S', { json: { price } })
    using stream = await openStream(server.url, '/v1/channels/quotes.S/events?since=1')
    expect(stream.answer.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
    expect(await stream.next()).toEqual({
      id: 2,
      event: 'reset',
      data: { oldest: '0000000000000003' },
    })
    for (const id of [3, 4, 5, 6, 7]) expect(await stream.next()).toMatchObject({ id })
    await publish('quotes.S?type=dot.ted', { json: { price: 8 } })
    expect(await stream.next()).toMatchObject({
      id: 8,
      event: 'dot.ted',
      data: { type: 'dot.ted' },
    })
  })

  test('without a cursor begins with what comes, also after a break before the first event', async () => {
    await publish('any.now', { json: 'before' })
    const source = new EventSource(`${server.url}/v1/channels/any.now/events`)
    const seen: unknown[] = []
    const opened = Promise.withResolvers<void>()
    source.addEventListener('open', () => opened.resolve())
    source.addEventListener('message', ({ data, lastEventId }) =>
      seen.push([lastEventId, (JSON.parse(String(data)) as { data: unknown }).data]),
    )
    await opened.promise
    await publish('any.now', { json: 'after' })
    await expect.poll(() => seen).toEqual([['2', 'after']])
    source.close()
    using quiet = await openStream(server.url, '/v1/channels/any.now/events')
    await expect
      .poll(async () => {
        await Promise.race([quiet.next(), new Promise((resolve) => setTimeout(resolve, 50))])
        return quiet.text()
      })
      .toBe('retry: 3000\n\nid: 2\n\n')
  })

  test('carries the outcomes of an operation', async () => {
    using stream = await openStream(server.url, '/v1/channels/operations%2Ftell/events?since=0')
    const { id } = await submit(server.url, 'tell', 'live')
    expect(await stream.next()).toMatchObject({
      id: 1,
      event: 'job.succeeded',
      data: {
        source: '/operations/tell',
        subject: id,
        data: { id, state: 'succeeded', result: { sequence: expect.any(String) as string } },
      },
    })
  })

  test('shows who reads, by name', async () => {
    using told = await openStream(server.url, '/v1/channels/presence.chat.a/events?since=0')
    {
      using _ann = await openStream(server.url, '/v1/channels/chat.a/events?as=ann')
      expect(await told.next()).toMatchObject({
        event: 'presence.joined',
        data: { subject: 'ann', data: { name: 'ann', count: 1 } },
      })
      const list = await call(server.url, 'GET /v1/channels/chat.a/presence')
      expect(list.json()).toMatchObject({ members: [{ name: 'ann' }], count: 1 })
    }
    expect(await told.next()).toMatchObject({ event: 'presence.left' })
    const unseen = await call(server.url, 'GET /v1/channels/any.a/events?as=ann')
    expectProblem(unseen, 400, 'invalid-parameter')
    const hidden = await call(server.url, `GET /v1/channels/chat.a/events?as=a%E2%80%8Eb`)
    expectProblem(hidden, 400, 'invalid-parameter')
  })

  test('shows who reads by long polling too', async () => {
    using told = await openStream(server.url, '/v1/channels/presence.chat.b/events?since=0')
    expect((await page('chat.b', 'since=0&as=bob')).status).toBe(200)
    expect(await told.next()).toMatchObject({
      event: 'presence.joined',
      data: { data: { name: 'bob' } },
    })
  })

  test('of a channel, a job or a batch takes no parameter that there is not', async () => {
    const { id } = await submit(server.url, 'tell', 'any.a')
    const batch = await call(server.url, 'POST /v1/batches', {
      json: { jobs: [{ operation: 'tell', input: 'any.a' }] },
    })
    const paths = ['channels/any.a', `jobs/${id}`, `batches/${batch.json<{ id: string }>().id}`]
    for (const path of paths) {
      const answer = await call(server.url, `GET /v1/${path}/events?sinc=0`)
      const { detail } = expectProblem(answer, 400, 'invalid-parameter')
      expect(detail).toContain('since')
    }
  })
})

describe('a channel of the run time', () => {
  const put = (name: string, json: object): Promise<Answer> =>
    call(server.url, `PUT /v1/channels/${name}`, { json })

  test('may be declared anew and anew, and answers whoever was there before', async () => {
    for (const [options, data] of [
      [{}, 'kept'],
      [{ ephemeral: true }, 'passed on'],
    ] as const) {
      expect((await put('spin', options)).status).toBeLessThan(300)
      await publish('spin', { json: data })
    }
    await put('spin', {})
    expect((await page('spin', 'since=1')).json<Page>()).toMatchObject({
      events: [],
      reset: { oldest: expect.any(String) as string },
    })
  })

  test('lets go of its readers when it is deleted', async () => {
    await put('gone', {})
    using stream = await openStream(server.url, '/v1/channels/gone/events')
    await call(server.url, 'DELETE /v1/channels/gone')
    expect(await stream.next()).toBeNull()
    expectProblem(await page('gone'), 404, 'channel-not-found')
  })
})

describe('a handler', () => {
  test('publishes for its job, and fails for good where the channel does not take it', async () => {
    const job = await submit(server.url, 'tell', 'any.told')
    await ended(server.url, job.id)
    expect((await page('any.told')).json<Page>().events).toMatchObject([
      { type: 'told', subject: job.id, data: { n: 1 } },
    ])
    const failed = await submit(server.url, 'tell', 'quotes.A')
    expect(await ended(server.url, failed.id)).toMatchObject({
      state: 'failed',
      error: { code: 'validation-failed' },
    })
  })
})
