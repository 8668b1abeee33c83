import { createHmac } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { hook } from '../../packages/server/src/define/hook.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call, type Answer } from '../http/support/call.ts'
import { ended } from '../http/support/job.ts'
import { expectProblem } from '../http/support/problem.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'

const key = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const secret = 'a secret of ours'
const any = { channel: 'came.in' }
let server: TestServer
let runs = 0

beforeAll(async () => {
  server = await startTestServer({
    operations: {
      charge: operation({
        input: { type: 'object', required: ['data'] },
        run(input) {
          runs += 1
          return input
        },
      }),
    },
    channels: { 'came.in': channel(), 'orders': channel({ data: { type: 'object' } }) },
    hooks: {
      'standard': hook({ verify: { scheme: 'standard', secret: `whsec_${key}` }, publish: any }),
      'stripe': hook({ verify: { scheme: 'stripe', secret }, submit: { operation: 'charge' } }),
      'stripe-events': hook({
        verify: { scheme: 'stripe', secrets: ['old', secret] },
        publish: { channel: 'orders', type: 'com.stripe.{type}' },
      }),
      'github': hook({ verify: { scheme: 'github', secret }, publish: any }),
      'plain': hook({ verify: 'none', publish: { channel: 'came.in', type: 'plain' } }),
      'own': hook({
        verify: { scheme: 'hmac', header: 'X-Sig', encoding: 'base64', id: 'X-Id', secret },
        submit: { operation: 'charge' },
      }),
    },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

type Headers = Readonly<Record<string, string>>

const post = (name: string, body: string | Uint8Array, headers: Headers = {}): Promise<Answer> =>
  call(server.url, `POST /v1/hooks/${name}`, {
    body,
    headers: { 'content-type': 'application/json', ...headers },
  })

const seconds = (): string => String(Math.floor(Date.now() / 1_000))
const digest = (text: string | Uint8Array, encoding: 'hex' | 'base64' = 'hex'): string =>
  createHmac('sha256', secret).update(text).digest(encoding)

const standard = (id: string, body: string): Headers => {
  const at = new Date()
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(key).sign(id, at, body),
  }
}
const stripe = (body: string, at = seconds()): Headers => ({
  'stripe-signature': `t=${at},v1=${digest(`${at}.${body}`)}`,
})
const github = (body: string, delivery: string, event = 'push'): Headers => ({
  'x-hub-signature-256': `sha256=${digest(body)}`,
  'x-github-delivery': delivery,
  'x-github-event': event,
})

type Event = Readonly<Record<string, unknown>>

async function eventsOn(name: string): Promise<readonly Event[]> {
  const answer = await call(server.url, `GET /v1/channels/${name}/events?since=0`, {
    headers: { accept: 'application/json' },
  })
  return answer.json<{ events: readonly Event[] }>().events
}
const lastOn = async (name: string): Promise<Event | undefined> => (await eventsOn(name)).at(-1)

describe('a hook that publishes', () => {
  test('Standard Webhooks: the event has the id, the type and the data of the delivery', async () => {
    const body = '{"type":"invoice.paid","data":{"amount":12345678901234567890}}'
    const answer = await post('standard', body, standard('msg_1', body))
    expect(answer.status, answer.text).toBe(202)
    expect(answer.json()).toMatchObject({ events: [{ id: 'msg_1' }] })
    const event = await lastOn('came.in')
    expect(event).toMatchObject({
      id: 'msg_1',
      source: '/hooks/standard',
      type: 'invoice.paid',
      datacontenttype: 'application/json',
    })
    // Numbers are as they were sent.
    const page = await call(server.url, 'GET /v1/channels/came.in/events?since=0', {
      headers: { accept: 'application/json' },
    })
    expect(page.text).toContain(body)
  })

  test('GitHub: the type is in a header, and bytes stay bytes', async () => {
    const body = 'payload=%7B%7D'
    const headers = { ...github(body, 'd-1'), 'content-type': 'application/x-www-form-urlencoded' }
    expect((await post('github', body, headers)).status).toBe(202)
    expect(await lastOn('came.in')).toMatchObject({
      id: 'd-1',
      type: 'push',
      datacontenttype: 'application/x-www-form-urlencoded',
      data_base64: Buffer.from(body).toString('base64'),
    })
  })

  test('Stripe: one of several secrets, and a type with the own one in it', async () => {
    const body = '{"id":"evt_9","type":"charge.ok","data":{}}'
    expect((await post('stripe-events', body, stripe(body))).status).toBe(202)
    expect(await lastOn('orders')).toMatchObject({ id: 'evt_9', type: 'com.stripe.charge.ok' })
  })

  test('a CloudEvent passes as it is, but not by headers that nobody signed', async () => {
    const event = { specversion: '1.0', id: 'e1', source: '/theirs', type: 'x.y', subject: 's' }
    const body = JSON.stringify({ ...event, data: [1] })
    const headers = { ...standard('msg_2', body), 'content-type': 'application/cloudevents+json' }
    expect((await post('standard', body, headers)).status).toBe(202)
    expect(await lastOn('came.in')).toMatchObject({ ...event, data: [1] })
    const binary = { 'ce-specversion': '1.0', 'ce-id': 'f', 'ce-type': 'forged', 'ce-source': '/f' }
    expect((await post('standard', '{}', { ...standard('msg_3', '{}'), ...binary })).status).toBe(
      202,
    )
    expect(await lastOn('came.in')).toMatchObject({ id: 'msg_3', type: 'hook.standard' })
  })

  test("a type that is Buzzer's own becomes the hook's", async () => {
    const body = '{"type":"dev.buzzer.job.failed"}'
    expect((await post('standard', body, standard('msg_4', body))).status).toBe(202)
    expect(await lastOn('came.in')).toMatchObject({ id: 'msg_4', type: 'hook.standard' })
  })

  test('without anything to know it by, the same body is the same event', async () => {
    const first = await post('plain', '{"n":1}')
    expect((await post('plain', '{"n":1}')).json()).toEqual(first.json())
    expect((await post('plain', '{"n":2}')).json()).not.toEqual(first.json())
    expect((await post('plain', '')).status).toBe(202)
    expect(await lastOn('came.in')).toMatchObject({ type: 'plain' })
  })

  test('a hundred at the same time are one event', async () => {
    const body = '{"type":"many"}'
    const headers = standard('msg_many', body)
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => post('standard', body, headers)),
    )
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect((await eventsOn('came.in')).filter(({ id }) => id === 'msg_many')).toHaveLength(1)
  })

  test('a body that the channel does not take is refused, and may come again', async () => {
    const body = '[]'
    expectProblem(await post('stripe-events', body, stripe(body)), 422, 'validation-failed')
  })
})

describe('a hook that submits', () => {
  test('a hundred at the same time, each signed anew, are one job', async () => {
    const before = runs
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) => {
        // Stripe counts in the event how many deliveries are pending.
        const body = JSON.stringify({ id: 'evt_1', pending_webhooks: index, data: {} })
        return post('stripe', body, stripe(body))
      }),
    )
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    const [first] = answers
    expect(first?.status).toBe(202)
    expect(Object.keys(first?.json() ?? {})).toEqual(['job'])
    const { job } = first?.json<{ job: string }>() ?? { job: '' }
    expect(first?.headers.location).toBe(`/v1/jobs/${job}`)
    expect(await ended(server.url, job)).toMatchObject({
      state: 'succeeded',
      operation: 'charge',
      tags: ['hook:stripe'],
    })
    expect(runs).toBe(before + 1)
  })

  test('no key of a caller stands in for a delivery', async () => {
    const options = { json: { data: {} }, headers: { 'idempotency-key': '"evt_2"' } }
    const own = await call(server.url, 'POST /v1/operations/charge/jobs', options)
    const body = '{"id":"evt_2","data":{}}'
    const { job } = (await post('stripe', body, stripe(body))).json<{ job: string }>()
    expect(job).not.toBe(own.json<{ id: string }>().id)
  })

  test('deliveries with different ids are different jobs', async () => {
    const body = '{"data":{}}'
    const send = async (id: string): Promise<string> => {
      const headers = { 'x-sig': digest(body, 'base64'), 'x-id': id }
      return (await post('own', body, headers)).json<{ job: string }>().job
    }
    const [one, two, again] = [await send('1'), await send('2'), await send('1')]
    expect(two).not.toBe(one)
    expect(again).toBe(one)
  })

  test('what the operation does not take is refused', async () => {
    for (const [body, headers, status] of [
      ['{"id":"evt_3"}', {}, 422],
      ['{"id":"evt_3",', {}, 400],
      ['a=b', { 'content-type': 'text/plain' }, 415],
      ['', {}, 422],
    ] as const) {
      expect((await post('stripe', body, { ...headers, ...stripe(body) })).status, body).toBe(
        status,
      )
    }
  })
})

describe('what is refused', () => {
  test('a call that is not signed, and says what is missing but not what is right', async () => {
    const answer = await post('stripe', '{"id":"evt_5","data":{}}')
    expectProblem(answer, 401, 'signature-invalid')
    expect(answer.text).toContain('stripe-signature')
    expect(answer.headers['www-authenticate']).toBeDefined()
    expect(answer.text).not.toContain(secret)
  })

  test('a changed body, an old signature, one of the future', async () => {
    const body = '{"id":"evt_6","data":{}}'
    const now = Number(seconds())
    for (const [sent, headers, says] of [
      [`${body} `, stripe(body), 'No signature matches'],
      [body, stripe(body, String(now - 301)), 'too long ago'],
      [body, stripe(body, String(now + 310)), 'still to come'],
    ] as const) {
      const answer = await post('stripe', sent, headers)
      expectProblem(answer, 401, 'signature-invalid')
      expect(answer.text).toContain(says)
    }
  })

  test('a header that comes twice, though one of them is right', async () => {
    const body = '{}'
    const right = stripe(body)['stripe-signature'] ?? ''
    const headers = ['Host', new URL(server.url).host, 'Content-Length', '2']
    for (const other of [right, 'x']) {
      const answer = await call(server.url, 'POST /v1/hooks/stripe', {
        body,
        headers: [...headers, 'Stripe-Signature', right, 'Stripe-Signature', other],
      })
      expectProblem(answer, 401, 'signature-invalid')
      expect(answer.text).toContain('more than once')
    }
  })

  test('headers without end and bodies beyond the limit', async () => {
    const huge = { 'stripe-signature': `t=${seconds()},v1=${'0'.repeat(60_000)}` }
    expect((await post('stripe', '{}', huge)).status).toBe(431)
    const body = 'x'.repeat(1_048_577)
    expectProblem(await post('stripe', body, stripe(body)), 413, 'payload-too-large')
    const bomb = gzipSync(Buffer.alloc(2_000_000))
    const answer = await post('github', bomb, { 'content-encoding': 'gzip', ...github('', 'd') })
    expectProblem(answer, 413, 'payload-too-large')
  })

  test('a hook that there is not, and another method', async () => {
    expectProblem(await post('nothing', '{}'), 404, 'hook-not-found')
    expectProblem(await call(server.url, 'GET /v1/hooks/stripe'), 405, 'method-not-allowed')
  })

  test('a page of another origin, and another host, as everywhere without authentication', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { host: 'evil.example' }])
      expectProblem(await post('plain', '{}', headers), 403, 'host-not-allowed')
  })
})

test('a compressed body may be signed before or after', async () => {
  const body = '{"n":"compressed"}'
  const packed = gzipSync(body)
  const headers = { 'content-encoding': 'gzip' }
  for (const [index, signed] of [body, packed].entries()) {
    const signature = `sha256=${digest(signed)}`
    const own = { 'x-hub-signature-256': signature, 'x-github-delivery': `zip-${index}` }
    expect((await post('github', packed, { ...headers, ...own })).status).toBe(202)
    expect(await lastOn('came.in')).toMatchObject({ id: `zip-${index}`, data: { n: 'compressed' } })
  }
})

test('the document says how each is called, and no secret', async () => {
  const answer = await call(server.url, 'GET /openapi.json')
  const { paths } = answer.json<{ paths: Record<string, { post?: Event }> }>()
  expect(paths['/v1/hooks/stripe']?.post).toMatchObject({
    security: [],
    parameters: [{ name: 'stripe-signature', in: 'header', required: true }],
  })
  expect(String(paths['/v1/hooks/plain']?.post?.['description'])).toContain('Anybody')
  expect(answer.text).not.toContain(secret)
})
