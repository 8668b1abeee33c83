import type { DeliveryDocument } from '@buzzer/contract'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { call, type CallOptions } from '../http/support/call.ts'
import { expectProblem } from '../http/support/problem.ts'
import { requestText, sendRaw } from '../http/support/raw.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'
import { startReceiver, type Receiver } from './support/receiver.ts'
import { createWebhook, deliveriesOf, post, publish } from './support/webhooks.ts'

let receiver: Receiver
let server: TestServer
let id: string
let delivery: string
let before: string

beforeAll(async () => {
  receiver = await startReceiver()
  receiver.behave('/', () => ({ status: 500 }))
  server = await startTestServer({
    channels: { 'any': channel(), 'typing.{room}': channel({ ephemeral: true }) },
    outboundAllow: [receiver.host],
    limits: { bodyBytes: 200_000, resultBytes: 1_000_000 },
  })
  const made = await createWebhook(server.url, {
    url: receiver.url('/'),
    channels: ['any'],
    policy: { schedule: ['0s'] },
  })
  id = made.id
  await publish(server.url, 'any')
  const failed = async () => (await deliveriesOf(server.url, id)).find(isFailed)
  delivery = (await vi.waitUntil(failed, { timeout: 25_000 })).id
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
})

const isFailed = ({ state }: DeliveryDocument): boolean => state === 'failed'

/** All that there is; what is refused leaves it as it was. */
const everything = async (): Promise<string> => {
  const lists = ['webhooks', 'deliveries'].map((name) => call(server.url, `GET /v1/${name}`))
  return (await Promise.all(lists)).map(({ text }) => text).join('\n')
}
beforeEach(async () => {
  before = await everything()
})
afterEach(async () => {
  expect(await everything()).toBe(before)
  expect((await call(server.url, 'GET /readyz')).status).toBe(200)
})

const nested = (depth: number): object =>
  depth === 0 ? { exact: { a: '1' } } : { not: nested(depth - 1) }
const deep = (depth: number): unknown => (depth === 0 ? 1 : [deep(depth - 1)])
const many = <Item>(count: number, item: (index: number) => Item): readonly Item[] =>
  Array.from({ length: count }, (_, index) => item(index))

/** A member of a webhook, where the fault is told, and what it tells. */
const members: readonly (readonly [
  name: string,
  member: object,
  pointer: string,
  detail: RegExp,
])[] = [
  ['a name that is not known', { retries: 3 }, '/retries', /there are url, /],
  ['a name with a slash', { 'a/b': 1 }, '/a~1b', /not known/],
  ['a URL that is a number', { url: 1 }, '/url', /address/],
  ['no URL', { url: '' }, '/url', /address/],
  ['a URL without end', { url: `http://a/${'x'.repeat(3_000)}` }, '/url', /2048/],
  ['a description that is a list', { description: [] }, '/description', /text/],
  ['a description without end', { description: 'x'.repeat(1_001) }, '/description', /1000/],
  ['channels that are text', { channels: 'any' }, '/channels', /list/],
  ['no channels', { channels: [] }, '/channels', /1 to 100/],
  ['too many channels', { channels: many(101, String) }, '/channels', /1 to 100/],
  ['a channel that is null', { channels: [null] }, '/channels', /list/],
  ['an empty segment', { channels: ['a', 'a..b'] }, '/channels/1', /segments/],
  ['a pattern of another kind', { channels: ['a.{b}'] }, '/channels/0', /segments/],
  ['half a star', { channels: ['a*'] }, '/channels/0', /segments/],
  ['a pattern without end', { channels: ['a.'.repeat(200)] }, '/channels/0', /255/],
  ['a line break in a pattern', { channels: ['a\nb'] }, '/channels/0', /segments/],
  ['jobs', { channels: ['jobs/*'] }, '/channels/0', /callback/],
  ['an ephemeral channel', { channels: ['any', 'typing/a'] }, '/channels/1', /ephemeral/],
  ['types that are text', { types: 'a' }, '/types', /list/],
  ['a star within a type', { types: ['a', 'a*b'] }, '/types/1', /at its end/],
  ['an empty type', { types: [''] }, '/types/0', /type/],
  ['a filter that is a list', { filter: [] }, '/filter', /object/],
  ['a filter of no dialect', { filter: { sql: 'x' } }, '/filter', /exact, prefix/],
  ['a filter of two', { filter: { exact: { a: '1' }, not: {} } }, '/filter', /exactly one/],
  ['an empty filter', { filter: {} }, '/filter', /exactly one/],
  ['an empty list of filters', { filter: { all: [] } }, '/filter/all', /list/],
  ['a filter of objects', { filter: { exact: { a: {} } } }, '/filter/exact/a', /text, a number/],
  ['an empty prefix', { filter: { prefix: { a: '' } } }, '/filter/prefix/a', /not empty/],
  ['no attribute', { filter: { exact: { 'A-b': 'x' } } }, '/filter/exact/A-b', /JSON Pointer/],
  ['a bad escape', { filter: { exact: { '/a~2': 'x' } } }, '/filter/exact/~1a~02', /Pointer/],
  ['a range of text', { filter: { range: { '/a': { gt: '1' } } } }, '/filter/range/~1a', /num/],
  ['a range of nothing', { filter: { range: { '/a': {} } } }, '/filter/range/~1a', /num/],
  ['a deep filter', { filter: nested(17) }, `/filter${'/not'.repeat(17)}`, /deeper than 16/],
  [
    'a wide filter',
    { filter: { any: many(200, (n) => ({ exact: { a: `${n}` } })) } },
    expect.stringMatching(/^\/filter\/any\/\d+/) as string,
    /more than 200/,
  ],
  [
    'a bomb of filters',
    { filter: { all: many(30, () => ({ any: many(30, () => ({ exact: { a: 1 } })) })) } },
    expect.stringMatching(/^\/filter\/all\/\d+/) as string,
    /more than 200/,
  ],
  ['a hole for nothing', { mapping: { a: '{{no/place}}' } }, '/mapping/a', /Pointer/],
  ['a deep mapping', { mapping: deep(17) }, `/mapping${'/0'.repeat(17)}`, /deeper than 16/],
  ['a wide mapping', { mapping: many(1_001, () => 1) }, '/mapping/999', /more than 1000/],
  ['a large mapping', { mapping: 'x'.repeat(65_536) }, '/mapping', /65536/],
  ['headers that are a list', { headers: [] }, '/headers', /object/],
  ['a header that is a number', { headers: { 'x/a': 1 } }, '/headers/x~1a', /text/],
  ['a line break in a header', { headers: { a: 'b\r\nc: d' } }, '/headers', /line break/],
  ['a lone line feed', { headers: { a: 'b\nc' } }, '/headers', /line break/],
  ['a NUL in a header', { headers: { a: 'b\0' } }, '/headers', /cannot be sent/],
  ['text beyond Latin-1', { headers: { a: '€' } }, '/headers', /cannot be sent/],
  ['a line break in a name', { headers: { 'a\r\nb': 'c' } }, '/headers', /no name/],
  ['a space in a name', { headers: { 'a b': 'c' } }, '/headers', /no name/],
  ['a header of the connection', { headers: { 'Transfer-Encoding': 'x' } }, '/headers', /itself/],
  ['a host', { headers: { host: 'x' } }, '/headers', /itself/],
  ['a signature', { headers: { 'Webhook-Signature': 'x' } }, '/headers', /itself/],
  ['large headers', { headers: { a: 'x'.repeat(9_000) } }, '/headers', /8192/],
  [
    'many headers',
    { headers: Object.fromEntries(many(21, (n) => [`x-${n}`, ''])) },
    '/headers',
    /more than 20/,
  ],
  ['a mask for a value', { headers: { authorization: '***' } }, '/headers/authorization', /itself/],
  ['a policy that is text', { policy: 'often' }, '/policy', /object/],
  ['a part of a policy', { policy: { retries: 3 } }, '/policy/retries', /not known/],
  ['no schedule', { policy: { schedule: [] } }, '/policy/schedule', /1 to 50/],
  ['a long schedule', { policy: { schedule: many(51, () => '1s') } }, '/policy/schedule', /50/],
  ['a schedule of numbers', { policy: { schedule: [1] } }, '/policy/schedule', /5s/],
  ['a negative wait', { policy: { schedule: ['-1s'] } }, '/policy/schedule', /5s/],
  ['a wait for ever', { policy: { schedule: ['8d'] } }, '/policy/schedule', /7d/],
  ['a timeout without unit', { policy: { timeout: '15' } }, '/policy/timeout', /duration/],
  ['no timeout', { policy: { timeout: '0s' } }, '/policy/timeout', /100ms/],
  ['a timeout for ever', { policy: { timeout: '1d' } }, '/policy/timeout', /120s/],
  ['no concurrency', { policy: { concurrency: 0 } }, '/policy/concurrency', /1 to 256/],
  ['half a concurrency', { policy: { concurrency: 1.5 } }, '/policy/concurrency', /whole/],
  ['ordered as text', { policy: { ordered: 'yes' } }, '/policy/ordered', /true or false/],
  ['a rate of none', { policy: { ratePerMinute: 0 } }, '/policy/ratePerMinute', /whole/],
  ['disabling by text', { policy: { disableAfter: '5d' } }, '/policy/disableAfter', /object/],
  [
    'no failures',
    { policy: { disableAfter: { failures: 0 } } },
    '/policy/disableAfter/failures',
    /whole/,
  ],
  [
    'a moment of failing',
    { policy: { disableAfter: { failingFor: '1s' } } },
    '/policy/disableAfter/failingFor',
    /1m/,
  ],
  ['enabled as text', { enabled: 'true' }, '/enabled', /true or false/],
]

const ofNewOnes: typeof members = [
  ['a secret of another kind', { secret: 'abc' }, '/secret', /whsec_/],
  ['a secret that is short', { secret: 'whsec_AAAA' }, '/secret', /24 to 64/],
  ['a secret that is a number', { secret: 1 }, '/secret', /whsec_/],
  ['a secret with a space', { secret: `whsec_ ${'A'.repeat(32)}` }, '/secret', /Base64/],
  ['a handshake as text', { handshake: 'yes' }, '/handshake', /true or false/],
]

describe('what is wrong with a member is told by its place, and changes nothing', () => {
  const expectRefused = async (route: string, json: object, pointer: string, detail: RegExp) => {
    const answer = await call(server.url, route, { json })
    const { errors = [] } = expectProblem(answer, 422, 'validation-failed')
    const found = { pointer, detail: expect.stringMatching(detail) as string }
    expect(errors).toContainEqual(found)
  }
  const url = () => receiver.url('/')

  test.each([...members, ...ofNewOnes])('%s, in a new one', (_, member, pointer, detail) =>
    expectRefused('POST /v1/webhooks', { url: url(), ...member }, pointer, detail),
  )
  test.each(members)('%s, in a change', (_, member, pointer, detail) =>
    expectRefused(`PATCH /v1/webhooks/${id}`, member, pointer, detail),
  )
  test.each(members)('%s, in another one', (_, member, pointer, detail) =>
    expectRefused(`PUT /v1/webhooks/${id}`, { url: url(), ...member }, pointer, detail),
  )
  test.each([...ofNewOnes.slice(0, 4), ['a name', { url: 'x' }, '/url', /secret/] as const])(
    '%s, in a rotation',
    (_, member, pointer, detail) =>
      expectRefused(`POST /v1/webhooks/${id}/rotate-secret`, member, pointer, detail),
  )
  test.each<[string, object, string, RegExp]>([
    ['no URL', {}, '/url', /address/],
    ['a secret in what is replaced', { url: 'http://a/', secret: 'x' }, '/secret', /not known/],
  ])('%s, in another one', (_, json, pointer, detail) =>
    expectRefused(`PUT /v1/webhooks/${id}`, json, pointer, detail),
  )
  test.each<[string, string, object, string, RegExp]>([
    ['no time', 'replay', {}, '/since', /RFC 3339/],
    ['a time that is none', 'replay', { since: 'yesterday' }, '/since', /RFC 3339/],
    ['a time that is a number', 'replay', { since: 0 }, '/since', /RFC 3339/],
    ['30 February', 'replay', { since: '2026-02-30T00:00:00Z' }, '/since', /RFC 3339/],
    [
      'an end before the beginning',
      'replay',
      { since: '2026-01-02T00:00:00Z', until: '2026-01-01T00:00:00Z' },
      '/until',
      /later/,
    ],
    ['a beginning to come', 'replay', { since: '9999-01-02T00:00:00Z' }, '/until', /later/],
    [
      'a channel that is a list',
      'replay',
      { since: '2026-01-01T00:00:00Z', channel: [] },
      '/channel',
      /text/,
    ],
    ['a cursor', 'replay', { since: '2026-01-01T00:00:00Z', cursor: 1 }, '/cursor', /not known/],
    ['a rate of none', 'redeliver', { rate: 0 }, '/rate', /10000/],
    ['a negative rate', 'redeliver', { rate: -1 }, '/rate', /10000/],
    ['a rate beyond bounds', 'redeliver', { rate: 10_001 }, '/rate', /10000/],
    ['a rate of once in an eternity', 'redeliver', { rate: 1e-300 }, '/rate', /1\/h/],
    ['a rate of text', 'redeliver', { rate: 'fast' }, '/rate', /100\/m/],
    ['a rate by the day', 'redeliver', { rate: '1/d' }, '/rate', /100\/m/],
    ['a time that is none', 'redeliver', { before: 'now' }, '/before', /RFC 3339/],
    ['a type that is a number', 'redeliver', { type: 1 }, '/type', /text/],
    ['a state', 'redeliver', { state: 'failed' }, '/state', /not known/],
  ])('%s, in what is to be sent again by %s', (_, order, json, pointer, detail) =>
    expectRefused(`POST /v1/webhooks/${id}/${order}`, json, pointer, detail),
  )
})

describe('a body that is none is refused by every route that takes one', () => {
  const text = (body: string, type = 'application/json'): CallOptions => ({
    headers: { 'content-type': type },
    body,
  })
  const bodies: readonly (readonly [string, CallOptions, number, string])[] = [
    ['broken', text('{"url":'), 400, 'malformed-body'],
    ['two values', text('{}{}'), 400, 'malformed-body'],
    ['white space', text('  '), 400, 'malformed-body'],
    [
      'no UTF-8',
      {
        headers: { 'content-type': 'application/json' },
        body: new Uint8Array([123, 34, 255, 34, 58, 49, 125]),
      },
      400,
      'malformed-body',
    ],
    ['`__proto__`', text('{"headers":{"__proto__":"x"}}'), 400, 'malformed-body'],
    ['`constructor`', text('{"mapping":{"constructor":{"prototype":1}}}'), 400, 'malformed-body'],
    [
      'a pit',
      text(`{"mapping":${'['.repeat(20_000)}${']'.repeat(20_000)}}`),
      400,
      'malformed-body',
    ],
    ['a list', text('[]'), 422, 'validation-failed'],
    ['null', text('null'), 422, 'validation-failed'],
    ['text', text('"x"'), 422, 'validation-failed'],
    ['a form', text('url=x', 'application/x-www-form-urlencoded'), 415, 'unsupported-media-type'],
    ['too large', text(`{"description":"${'x'.repeat(200_000)}"}`), 413, 'payload-too-large'],
  ]
  const routes = [
    'POST /v1/webhooks',
    'PATCH /v1/webhooks/ID',
    'PUT /v1/webhooks/ID',
    'POST /v1/webhooks/ID/rotate-secret',
    'POST /v1/webhooks/ID/redeliver',
    'POST /v1/webhooks/ID/replay',
  ]
  const cases = routes.flatMap((route) => bodies.map((body) => [route, ...body] as const))
  test.each(cases)('%s: %s', async (route, _, options, status, code) => {
    expectProblem(await call(server.url, route.replace('ID', id), options), status, code)
  })

  test.each(routes)('%s: what looks like a problem of ours', async (route) => {
    const json = { code: 'what-nobody-knows', detail: { said: 'by its sender' } }
    const answer = await call(server.url, route.replace('ID', id), { json })
    const { errors = [] } = expectProblem(answer, 422, 'validation-failed')
    expect(errors.map(({ pointer }) => pointer)).toEqual(
      expect.arrayContaining(['/code', '/detail']),
    )
    const { text: counts } = await call(server.url, 'GET /metrics')
    expect(counts).not.toContain('what-nobody-knows')
  })
})

describe('a URL where nothing may be sent is refused', () => {
  const urls = [
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'nothing',
    '//127.0.0.1/',
    'http://',
    'http://user:password@HOST/',
    'http://user@HOST/',
    'http://127.0.0.1:1/',
    'http://localhost:1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://0.0.0.0/',
    'http://10.0.0.1/',
    'http://192.168.1.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://100.64.0.1/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://0177.0.0.1/',
    'https://[fe80::1]/',
    'https://[64:ff9b::7f00:1]/',
  ]
  test.each(urls)('%s', async (text) => {
    const url = text.replace('HOST', receiver.host)
    const callers = [
      post(server.url, '/v1/webhooks', { url }),
      post(server.url, '/v1/webhooks', { url, handshake: true }),
      call(server.url, `PATCH /v1/webhooks/${id}`, { json: { url } }),
      call(server.url, `PUT /v1/webhooks/${id}`, { json: { url } }),
    ]
    for (const answer of await Promise.all(callers)) {
      const { detail } = expectProblem(answer, 422, 'endpoint-url-rejected')
      expect(detail).not.toContain('password')
    }
  })
})

describe('a query or a precondition that is none is refused', () => {
  test.each<[string, RegExp]>([
    ['/v1/webhooks?limit=0', /limit/],
    ['/v1/webhooks?limit=1001', /limit/],
    ['/v1/webhooks?limit=x', /limit/],
    ['/v1/webhooks?cursor=%00', /cursor/],
    ['/v1/webhooks?cursor=whk_x', /cursor/],
    ['/v1/webhooks?state=failed', /use limit, cursor/],
    ['/v1/webhooks/ID/deliveries?state=lost', /scheduled, sending/],
    ['/v1/webhooks/ID/deliveries?state=', /scheduled, sending/],
    ['/v1/webhooks/ID/deliveries?state=failed,', /scheduled, sending/],
    ['/v1/webhooks/ID/deliveries?after=yesterday', /RFC 3339/],
    ['/v1/webhooks/ID/deliveries?before=2026-13-01T00:00:00Z', /RFC 3339/],
    ['/v1/webhooks/ID/deliveries?cursor=1', /cursor/],
    ['/v1/webhooks/ID/deliveries?limit=-1', /limit/],
    ['/v1/webhooks/ID/deliveries?webhook=ID', /not known/],
    ['/v1/deliveries?webhook=x', /webhook/],
    ['/v1/deliveries?job=whk_00000000000000000000000000', /job/],
    ['/v1/deliveries?status=500', /use webhook, job, state/],
  ])('GET %s', async (path, detail) => {
    const answer = await call(server.url, `GET ${path.replaceAll('ID', id)}`)
    expect(expectProblem(answer, 400, 'invalid-parameter').detail).toMatch(detail)
  })

  test.each(['PATCH', 'PUT', 'DELETE'])('If-Match, by %s', async (method) => {
    const body = method === 'DELETE' ? {} : { json: { url: receiver.url('/') } }
    const send = (tag: string) =>
      call(server.url, `${method} /v1/webhooks/${id}`, { headers: { 'if-match': tag }, ...body })
    expectProblem(await send('1'), 400, 'invalid-header')
    // The comparison is the strong one (RFC 9110, section 13.1.1), which a weak tag never passes.
    expectProblem(await send('W/"1"'), 412, 'precondition-failed')
  })

  test.each([
    ['PUT /v1/webhooks', 'POST'],
    ['POST /v1/webhooks/ID', 'GET'],
    ['GET /v1/webhooks/ID/test', 'POST'],
    ['DELETE /v1/deliveries/DLV', 'GET'],
    ['GET /v1/deliveries/DLV/redeliver', 'POST'],
    ['POST /v1/webhook-keys', 'GET'],
  ])('a method that a route does not take: %s', async (route, allowed) => {
    const answer = await call(server.url, route.replace('ID', id).replace('DLV', delivery))
    expectProblem(answer, 405, 'method-not-allowed')
    expect(answer.headers.allow).toContain(allowed)
  })

  test('an id with a path in it', async () => {
    const line = 'GET /v1/webhooks/..%2fdeliveries'
    const { status } = await sendRaw(server.port, requestText(server.port, line))
    expect(status).toBe(404)
  })
})
