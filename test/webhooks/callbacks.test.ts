import type { DeliveryListDocument } from '@buzzer/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { service } from '../../packages/server/src/define/service.ts'
import { call, type Answer } from '../http/support/call.ts'
import { ended, submit } from '../http/support/job.ts'
import { expectProblem } from '../http/support/problem.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'
import { startUpstream, type Upstream } from '../http/support/upstream.ts'
import { document } from '../http/support/wrapped.ts'
import { startReceiver, type Received, type Receiver } from './support/receiver.ts'
import { isSignedByTenant, isSignedWith, signaturesOf } from './support/signatures.ts'

const secret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`

let receiver: Receiver
let upstream: Upstream
let server: TestServer

beforeAll(async () => {
  receiver = await startReceiver()
  upstream = await startUpstream()
  const things = service({ openapi: document, url: upstream.url, mount: '/things', mode: 'async' })
  server = await startTestServer({
    operations: {
      add: operation({ run: (n) => Number(n) + 1 }),
      flaky: operation({
        retry: { attempts: 2, delay: '1ms', maxDelay: '1ms' },
        async run(_, ctx) {
          await ctx.progress(50, 'half way')
          await ctx.output({ piece: ctx.attempt })
          if (ctx.attempt === 1) throw new Error('not yet')
          return { ok: true }
        },
      }),
      fail: operation({ retry: { attempts: 1 }, run: () => Promise.reject(new Error('no')) }),
    },
    services: { things },
    outboundAllow: [receiver.host, upstream.host],
  })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await upstream[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
})

const to = (path: string, headers: Readonly<Record<string, string>> = {}) => ({
  'callback-url': receiver.url(path),
  ...headers,
})

const typesAt = (path: string): readonly string[] =>
  receiver.at(path).map((each) => each.json().type.replace('dev.buzzer.', ''))

/** Waits until a path was told of an end, which comes last. */
async function untilEnd(path: string): Promise<readonly Received[]> {
  await expect
    .poll(() => typesAt(path))
    .toContainEqual(expect.stringMatching(/\.(?:succeeded|failed)$/))
  return receiver.at(path)
}

describe('a callback', () => {
  test('of a call by name hears of its outcome, signed in both ways', async () => {
    const { id } = await submit(server.url, 'add', 1, to('/named', { 'callback-secret': secret }))
    const [sent, ...more] = await untilEnd('/named')
    if (sent === undefined) throw new Error('it arrived')
    expect(more).toEqual([])
    expect(sent.json()).toMatchObject({
      type: 'dev.buzzer.job.succeeded',
      source: '/jobs',
      subject: id,
      data: { id, state: 'succeeded', result: 2 },
    })
    expect(sent.headers['webhook-id']).toMatch(/^dlv_/)
    expect(signaturesOf(sent).map(([version]) => version)).toEqual(['v1', 'v1a'])
    expect(isSignedWith(secret, sent)).toBe(true)
    expect(await isSignedByTenant(server.url, sent)).toBe(true)
    const answer = await call(server.url, `GET /v1/deliveries?job=${id}`)
    const look = async () =>
      (await call(server.url, `GET /v1/deliveries?job=${id}`)).json<DeliveryListDocument>()
        .deliveries
    await expect.poll(look).toMatchObject([{ state: 'delivered', callback: id }])
    expect(answer.text).not.toContain('whsec_')
  })

  test('without a secret is signed with the key of the tenant alone', async () => {
    await submit(server.url, 'fail', undefined, to('/keyless'))
    const [sent] = await untilEnd('/keyless')
    if (sent === undefined) throw new Error('it arrived')
    expect(sent.json()).toMatchObject({
      type: 'dev.buzzer.job.failed',
      data: { error: { code: 'handler-failed' } },
    })
    expect(signaturesOf(sent).map(([version]) => version)).toEqual(['v1a'])
    expect(await isSignedByTenant(server.url, sent)).toBe(true)
  })

  test('of a call on the route of a wrapped API hears of it, and is not passed on', async () => {
    const answer = await call(server.url, 'POST /things/things', {
      headers: to('/wrapped', { 'callback-secret': secret }),
      json: { a: 1 },
    })
    expect(answer.status, answer.text).toBe(202)
    const [sent] = await untilEnd('/wrapped')
    expect(sent?.json()).toMatchObject({
      type: 'dev.buzzer.job.succeeded',
      data: { operation: 'things.make' },
    })
    const passed = upstream.calls.flatMap(({ headers }) => headers.map(([name]) => name))
    expect(passed.filter((name) => name.startsWith('callback-'))).toEqual([])
  })

  test.each([
    ['final', ['job.succeeded']],
    ['states', ['job.running', 'job.retrying', 'job.running', 'job.succeeded']],
  ])('that asked for %s hears of no more', async (events, types) => {
    const path = `/asked-${events}`
    await submit(server.url, 'flaky', {}, to(path, { 'callback-events': events }))
    await expect.poll(() => typesAt(path).length).toBe(types.length)
    // Several are sent at the same time, so that they arrive in any order.
    const sorted = receiver
      .at(path)
      .map((each) => each.json())
      .toSorted((a, b) => a.sequence.localeCompare(b.sequence))
    expect(sorted.map(({ type }) => type.replace('dev.buzzer.', ''))).toEqual(types)
  })

  test('that asked for all hears of progress and of every piece too', async () => {
    const { id } = await submit(server.url, 'flaky', {}, to('/all', { 'callback-events': 'all' }))
    await untilEnd('/all')
    const pieces = () =>
      receiver
        .at('/all')
        .map((each) => each.json())
        .filter(({ type }) => type === 'dev.buzzer.job.output')
        .map(({ subject, data }) => [subject, data['attempt'], data['piece']])
        .toSorted((a, b) => Number(a[1]) - Number(b[1]))
    await expect.poll(pieces).toEqual([
      [id, 1, { piece: 1 }],
      [id, 2, { piece: 2 }],
    ])
    await expect.poll(() => typesAt('/all')).toContain('job.progress')
  })

  test('is part of the request: the same key with another one is another request', async () => {
    const key = { 'idempotency-key': 'with-callback' }
    const first = await submit(server.url, 'add', 1, to('/replayed', key))
    const again = await submit(server.url, 'add', 1, to('/replayed', key))
    expect(again.id).toBe(first.id)
    for (const other of [
      key,
      to('/else', key),
      to('/replayed', { ...key, 'callback-events': 'all' }),
      to('/replayed', { ...key, 'callback-secret': secret }),
    ]) {
      const answer = await call(server.url, 'POST /v1/operations/add/jobs', {
        headers: other,
        json: 1,
      })
      expectProblem(answer, 422, 'idempotency-key-reused')
    }
    await ended(server.url, first.id)
    await submit(server.url, 'add', 1, to('/replayed', key))
    await submit(server.url, 'add', 2, to('/replayed-marker'))
    // Callbacks are written in the order of what happened.
    await untilEnd('/replayed-marker')
    await untilEnd('/replayed')
    const { deliveries } = (
      await call(server.url, `GET /v1/deliveries?job=${first.id}`)
    ).json<DeliveryListDocument>()
    expect(deliveries).toHaveLength(1)
    expect(receiver.at('/replayed')).toHaveLength(1)
    expect(receiver.at('/else')).toHaveLength(0)
  })
})

describe('the callback of a batch', () => {
  const submitBatch = (headers: Readonly<Record<string, string>>) =>
    call(server.url, 'POST /v1/batches', {
      headers,
      json: { jobs: [{ operation: 'add', input: 1 }, { operation: 'fail' }] },
    })

  test.each([
    ['final', ['batch.failed']],
    ['states', ['batch.failed', 'job.failed', 'job.succeeded']],
  ])('that asked for %s hears of its end', async (events, types) => {
    const path = `/batch-${events}`
    const wish = { 'callback-events': events, 'callback-secret': secret }
    const answer = await submitBatch(to(path, wish))
    expect(answer.status, answer.text).toBe(202)
    const { id } = answer.json<{ id: string }>()
    await expect.poll(() => typesAt(path).length).toBe(types.length)
    expect(typesAt(path).toSorted((a, b) => a.localeCompare(b))).toEqual(types)
    const end = receiver.at(path).find((each) => each.json().type.includes('batch'))
    if (end === undefined) throw new Error('it arrived')
    expect(end.json()).toMatchObject({ subject: id, data: { id } })
    expect(isSignedWith(secret, end)).toBe(true)
    expect(await isSignedByTenant(server.url, end)).toBe(true)
  })

  test('hears of it once, however often the batch is sent', async () => {
    const headers = to('/batch-replayed', { 'idempotency-key': 'a-batch' })
    const answers = [await submitBatch(headers), await submitBatch(headers)]
    const ids = answers.map((answer) => answer.json<{ id: string }>().id)
    expect(new Set(ids).size).toBe(1)
    const other = { ...headers, 'callback-url': receiver.url('/batch-else') }
    expectProblem(await submitBatch(other), 422, 'idempotency-key-reused')
    await untilEnd('/batch-replayed')
    await submitBatch(to('/batch-marker'))
    await untilEnd('/batch-marker')
    expect(receiver.at('/batch-replayed')).toHaveLength(1)
    expect(receiver.at('/batch-else')).toHaveLength(0)
  })
})

describe('a callback that cannot be is refused, and its call with it', () => {
  type Headers = Readonly<Record<string, string>> | readonly string[]
  const ways: Readonly<Record<string, (headers: Headers) => Promise<Answer>>> = {
    'by name': (headers) => send('POST /v1/operations/add/jobs', headers, '1'),
    'on a wrapped route': (headers) => send('POST /things/things', headers, '{}'),
    'with a batch': (headers) =>
      send('POST /v1/batches', headers, '{"jobs":[{"operation":"add","input":1}]}'),
  }
  const send = (route: string, headers: Headers, body: string) =>
    call(server.url, route, { headers: rawHeaders(headers, body), body })
  const rawHeaders = (headers: Headers, body: string): readonly string[] => [
    'host',
    new URL(server.url).host,
    'content-type',
    'application/json',
    'content-length',
    String(Buffer.byteLength(body)),
    ...(Array.isArray(headers) ? (headers as readonly string[]) : Object.entries(headers).flat()),
  ]
  const good = () => receiver.url('/never')
  const invalid: readonly (readonly [string, () => Headers])[] = [
    ['events without a URL', () => ({ 'callback-events': 'all' })],
    ['a secret without a URL', () => ({ 'callback-secret': secret })],
    ['an empty URL', () => ({ 'callback-url': '' })],
    ['a URL without end', () => ({ 'callback-url': `${good()}${'x'.repeat(2_048)}` })],
    ['two URLs', () => ['callback-url', good(), 'callback-url', good()]],
    ['two URLs in one', () => ({ 'callback-url': `${good()}, ${good()}` })],
    ['events that are none', () => ({ 'callback-url': good(), 'callback-events': 'some' })],
    ['two kinds of events', () => ({ 'callback-url': good(), 'callback-events': 'final, all' })],
    ['a secret that is none', () => ({ 'callback-url': good(), 'callback-secret': 'abc' })],
    ['a short secret', () => ({ 'callback-url': good(), 'callback-secret': 'whsec_AAAA' })],
    ['an empty secret', () => ({ 'callback-url': good(), 'callback-secret': '' })],
    ['a header that is not known', () => ({ 'callback-url': good(), 'callback-method': 'PUT' })],
  ]
  const rejected = [
    'ftp://127.0.0.1/',
    'nothing',
    'javascript:alert(1)',
    'http://user:password@HOST/',
    'http://127.0.0.1:1/',
    'http://localhost:1/',
    'http://[::1]:1/',
    'http://169.254.169.254/latest/meta-data',
    'http://10.1.2.3/',
    'http://[::ffff:10.1.2.3]/',
  ]
  const cases = Object.keys(ways).flatMap((way) => [
    ...invalid.map(([name, headers]) => [way, name, headers, 400, 'invalid-header'] as const),
    ...rejected.map((url) => {
      const headers = () => ({ 'callback-url': url.replace('HOST', receiver.host) })
      return [way, url, headers, 422, 'callback-url-rejected'] as const
    }),
  ])
  const jobs = async () => (await call(server.url, 'GET /v1/jobs?limit=1000')).text

  test.each(cases)('%s: %s', async (way, _, headers, status, code) => {
    const before = await jobs()
    const answer = await ways[way]?.(headers())
    if (answer === undefined) throw new Error(`there is no way ${way}`)
    const { detail } = expectProblem(answer, status, code)
    expect(detail).not.toMatch(/password|whsec_AAAA$/)
    expect(await jobs()).toBe(before)
    expect(receiver.at('/never')).toEqual([])
  })
})
