import type { DeliveryDocument, JsonFilter } from '@buzzer/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from '../http/support/call.ts'
import { submit } from '../http/support/job.ts'
import { expectProblem } from '../http/support/problem.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'
import { startReceiver, type Receiver } from './support/receiver.ts'
import { isSignedByTenant, isSignedWith, signaturesOf } from './support/signatures.ts'
import { createWebhook, getWebhook, post, publish, statesBecome } from './support/webhooks.ts'

let receiver: Receiver
let server: TestServer

beforeAll(async () => {
  receiver = await startReceiver()
  server = await startTestServer({
    channels: { 'any.{name}': channel(), 'other': channel(), 'live': channel({ ephemeral: true }) },
    operations: {
      add: operation({ run: (n) => Number(n) + 1 }),
      fail: operation({ retry: { attempts: 1 }, run: () => Promise.reject(new Error('no')) }),
    },
    outboundAllow: [receiver.host],
  })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
})

const create = (path: string, wish = {}) =>
  createWebhook(server.url, { url: receiver.url(path), channels: [`any${path}`], ...wish })

describe('an event', () => {
  test('arrives as the CloudEvent that readers get, signed in both ways', async () => {
    const { secret } = await create('/whole')
    await publish(server.url, 'any.whole', { amount: 12.5, text: 'ü' }, 'paid')
    const [sent] = await receiver.arrived('/whole', 1)
    if (sent === undefined) throw new Error('it arrived')
    const read = await call(server.url, 'GET /v1/channels/any.whole/events?since=0', {
      headers: { accept: 'application/json' },
    })
    expect(sent.json()).toEqual(read.json<{ events: readonly unknown[] }>().events[0])
    expect(sent.headers).toMatchObject({
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'webhook-id': expect.stringMatching(/^dlv_[^.]+$/) as string,
      'user-agent': expect.stringMatching(/^Buzzer\//) as string,
    })
    const at = Number(sent.headers['webhook-timestamp']) * 1_000
    expect(Math.abs(Date.now() - at)).toBeLessThan(60_000)
    expect(signaturesOf(sent).map(([version]) => version)).toEqual(['v1', 'v1a'])
    expect(isSignedWith(secret, sent)).toBe(true)
    expect(isSignedWith(`whsec_${Buffer.alloc(32).toString('base64')}`, sent)).toBe(false)
    expect(await isSignedByTenant(server.url, sent)).toBe(true)
    expect(await isSignedByTenant(server.url, { ...sent, text: `${sent.text} ` })).toBe(false)
  })

  test('keeps its id from one attempt to the next, with a signature for each', async () => {
    const { id, secret } = await create('/again', { policy: { schedule: ['0s', '1s'] } })
    receiver.behave('/again', (_, count) => ({ status: count === 1 ? 500 : 204 }))
    await publish(server.url, 'any.again')
    const sent = await receiver.arrived('/again', 2)
    expect(new Set(sent.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(new Set(sent.map(({ text }) => text)).size).toBe(1)
    expect(sent.map((each) => isSignedWith(secret, each))).toEqual([true, true])
    const [first, second] = sent.map(({ headers }) => Number(headers['webhook-timestamp']))
    expect(second).toBeGreaterThan(first ?? Infinity)
    await statesBecome(server.url, id, ['delivered'])
    expect((await getWebhook(server.url, id)).health).toMatchObject({ failures: 0 })
  })

  test('that is an outcome arrives from the channel of its operation', async () => {
    await create('/outcomes', { channels: ['operations/*'], types: ['job.succeeded'] })
    await submit(server.url, 'fail')
    const { id } = await submit(server.url, 'add', 1)
    const [sent] = await receiver.arrived('/outcomes', 1)
    expect(sent?.json()).toMatchObject({
      type: 'dev.buzzer.job.succeeded',
      source: '/operations/add',
      subject: id,
      data: { state: 'succeeded', result: 2 },
    })
  })
})

/** What is published, in this order, to see which of it passes. */
const events: readonly (readonly [type: string, data: object])[] = [
  ['order.paid', { amount: 5, shop: { name: 'north' } }],
  ['order.paid', { amount: 50, shop: { name: 'south' }, note: null }],
  ['order.sent', { 'amount': 500, 'a/b': 'x~y' }],
  ['refund', { amount: '50' }],
]

describe('what passes', () => {
  const cases: readonly (readonly [
    name: string,
    wish: { readonly types?: readonly string[]; readonly filter?: JsonFilter },
    passing: readonly number[],
  ])[] = [
    ['everything', {}, [0, 1, 2, 3]],
    ['one type', { types: ['refund'] }, [3]],
    ['types by their beginning', { types: ['order.*'] }, [0, 1, 2]],
    ['exact', { filter: { exact: { type: 'refund' } } }, [3]],
    ['exact in data', { filter: { exact: { '/data/shop/name': 'south' } } }, [1]],
    ['a pointer with escapes', { filter: { exact: { '/data/a~1b': 'x~y' } } }, [2]],
    ['prefix', { filter: { prefix: { type: 'order.' } } }, [0, 1, 2]],
    ['suffix', { filter: { suffix: { type: '.paid' } } }, [0, 1]],
    ['a range, of numbers alone', { filter: { range: { '/data/amount': { gte: 50 } } } }, [1, 2]],
    ['a range with both ends', { filter: { range: { '/data/amount': { gt: 5, lt: 500 } } } }, [1]],
    [
      'all',
      { filter: { all: [{ suffix: { type: 'paid' } }, { range: { '/data/amount': { lt: 9 } } }] } },
      [0],
    ],
    [
      'any',
      { filter: { any: [{ exact: { type: 'refund' } }, { exact: { '/data/amount': 5 } }] } },
      [0, 3],
    ],
    ['not', { filter: { not: { prefix: { type: 'order.' } } } }, [3]],
    [
      'both type and filter',
      { types: ['order.paid'], filter: { exact: { '/data/amount': 50 } } },
      [1],
    ],
    ['nothing of what is not there', { filter: { exact: { '/data/none': 1 } } }, []],
  ]
  test.each(cases)('by %s', async (name, wish, passing) => {
    const place = `passing-${cases.findIndex(([each]) => each === name)}`
    const { id } = await create(`/${place}`, wish)
    await create(`/${place}/all`, { channels: [`any/${place}`] })
    for (const [type, data] of events) await publish(server.url, `any.${place}`, data, type)
    // What is delivered is written in the order of a channel: whoever takes all has it last.
    await receiver.arrived(`/${place}/all`, events.length)
    await statesBecome(
      server.url,
      id,
      passing.map(() => 'delivered'),
    )
    const data = receiver.at(`/${place}`).map((each) => each.json().data)
    expect(data).toHaveLength(passing.length)
    expect(data).toEqual(expect.arrayContaining(passing.map((at) => events[at]?.[1])))
  })

  test.each<[string, readonly string[], boolean]>([
    ['dots or slashes', ['any/dots'], true],
    ['a star for a segment', ['*.dots'], true],
    ['a star at the end', ['any.*'], true],
    ['a star alone', ['*'], true],
    ['another name', ['any.dot', 'any.dots.more'], false],
    ['too short a name', ['any'], false],
  ])('by its channels: %s', async (_, channels, passes) => {
    const path = `/channels-${channels.join('-').replaceAll(/\W/g, '_')}`
    const { id } = await create(path, { channels: [...channels, 'other'] })
    const data = { path }
    await publish(server.url, 'any.dots', data)
    await publish(server.url, 'other', data)
    const expected = [...(passes ? ['any.dots'] : []), 'other']
    const sources = () =>
      receiver
        .at(path)
        .map((each) => each.json())
        .filter((each) => each.data['path'] === path)
        .map(({ source }) => source.replace('/channels/', ''))
        .toSorted((a, b) => a.localeCompare(b))
    await expect.poll(sources).toEqual(expected)
    expect((await call(server.url, `DELETE /v1/webhooks/${id}`)).status).toBe(204)
  })
})

describe('a mapping', () => {
  test.each<[string, unknown, unknown]>([
    ['a value in place of all', '{{/data}}', { amount: 5, shop: { name: 'no"rth' }, tags: ['a'] }],
    [
      'values with their types, and text with values in it',
      {
        text: 'Paid {{/data/amount}} at {{ /data/shop/name }} ({{type}})',
        amount: '{{/data/amount}}',
        tags: ['{{/data/tags}}', 1, null, true],
        missing: '{{/data/none/at/all}}',
        none: 'a{{/data/none}}b',
        whole: 'as {{/data/shop}}',
      },
      {
        text: 'Paid 5 at no"rth (paid)',
        amount: 5,
        tags: [['a'], 1, null, true],
        missing: null,
        none: 'ab',
        whole: 'as {"name":"no\\"rth"}',
      },
    ],
    ['no values of what every object has', ['{{/data/toString}}', '{{/__proto__}}'], [null, null]],
  ])('makes %s', async (name, mapping, body) => {
    const place = `mapped-${name.length}`
    const { secret } = await create(`/${place}`, { mapping })
    const data = { amount: 5, shop: { name: 'no"rth' }, tags: ['a'] }
    await publish(server.url, `any.${place}`, data, 'paid')
    const [sent] = await receiver.arrived(`/${place}`, 1)
    if (sent === undefined) throw new Error('it arrived')
    expect(sent.json()).toEqual(body)
    expect(sent.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(isSignedWith(secret, sent)).toBe(true)
  })
})

test('a test event arrives whatever the webhook asks for, and stands on no channel', async () => {
  const { id } = await create('/test', { channels: ['other'], types: ['never'] })
  const answer = await post(server.url, `/v1/webhooks/${id}/test`)
  expect(answer.status, answer.text).toBe(202)
  const [sent] = await receiver.arrived('/test', 1)
  expect(sent?.json()).toMatchObject({
    type: 'dev.buzzer.webhook.test',
    subject: id,
    data: { webhook: id },
  })
  expect(answer.json<DeliveryDocument>().event.id).toBe(sent?.json().id)
  const page = await call(server.url, 'GET /v1/channels/webhooks/events?since=0', {
    headers: { accept: 'application/json' },
  })
  expect(page.text).not.toContain('webhook.test')
})

describe('a handshake', () => {
  const ask = (path: string, wish = {}) =>
    post(server.url, '/v1/webhooks', {
      url: receiver.url(path),
      channels: [`any${path}`],
      handshake: true,
      ...wish,
    })

  test('that is granted makes the webhook, with what the receiver takes', async () => {
    const origins: (string | undefined)[] = []
    receiver.behave('/granted', ({ method, headers }) => {
      if (method !== 'OPTIONS') return { status: 204 }
      origins.push(headers['webhook-request-origin'], headers['webhook-request-rate'])
      return { headers: { 'webhook-allowed-origin': '*', 'webhook-allowed-rate': '120' } }
    })
    const answer = await ask('/granted', { policy: { ratePerMinute: 600 } })
    expect(answer.status, answer.text).toBe(201)
    expect(answer.json()).toMatchObject({ policy: { ratePerMinute: 120 } })
    expect(origins).toEqual(['127.0.0.1', '600'])
    const began = performance.now()
    for (let n = 0; n < 3; n += 1) await publish(server.url, 'any.granted', { n })
    const sent = await receiver.arrived('/granted', 3)
    // Two a second.
    expect(performance.now() - began).toBeGreaterThan(950)
    expect(sent[0]?.headers['webhook-request-origin']).toBe('127.0.0.1')
  })

  test.each<[string, Readonly<Record<string, string>>, object, RegExp]>([
    ['absent', {}, {}, /without WebHook-Allowed-Origin/],
    ['for somebody else', { 'webhook-allowed-origin': 'else.example' }, {}, /else\.example/],
    [
      'without a rate where one was asked for',
      { 'webhook-allowed-origin': '*' },
      { policy: { ratePerMinute: 60 } },
      /WebHook-Allowed-Rate/,
    ],
    [
      'with a rate that is none',
      { 'webhook-allowed-origin': '*', 'webhook-allowed-rate': 'many' },
      {},
      /no number/,
    ],
  ])('that is %s makes none', async (name, headers, wish, detail) => {
    const path = `/refused-${name.length}`
    receiver.behave(path, () => ({ status: 200, headers }))
    const before = (await call(server.url, 'GET /v1/webhooks')).text
    const problem = expectProblem(await ask(path, wish), 422, 'endpoint-url-rejected')
    expect(problem.detail).toMatch(detail)
    expect((await call(server.url, 'GET /v1/webhooks')).text).toBe(before)
  })
})

describe('an ordered webhook', () => {
  test('gets one after the other, and a failing one holds up those behind it', async () => {
    const { id } = await create('/ordered', {
      policy: { ordered: true, schedule: ['0s', '100ms', '100ms', '100ms'] },
    })
    receiver.behave('/ordered', (_, count) => ({ status: count % 3 === 0 ? 204 : 503 }))
    const began = performance.now()
    for (let n = 1; n <= 5; n += 1) await publish(server.url, 'any.ordered', { n })
    await statesBecome(
      server.url,
      id,
      Array.from({ length: 5 }, () => 'delivered'),
    )
    // Ten waits, and not the looks that find what nobody told of.
    expect(performance.now() - began).toBeLessThan(12_000)
    const seen = receiver.at('/ordered').map((each) => each.json().data['n'])
    expect(seen).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5])
  })
})
