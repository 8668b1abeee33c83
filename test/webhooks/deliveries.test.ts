import type { DeliveryListDocument, RedeliveredDocument } from '@buzzer/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { call } from '../http/support/call.ts'
import { expectProblem } from '../http/support/problem.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'
import { startReceiver, type Receiver } from './support/receiver.ts'
import {
  createWebhook,
  deliveriesOf,
  getDelivery,
  getWebhook,
  post,
  publish,
  statesBecome,
} from './support/webhooks.ts'

let receiver: Receiver
let server: TestServer

beforeAll(async () => {
  receiver = await startReceiver()
  server = await startTestServer({
    channels: { 'any.{name}': channel(), 'more.{name}': channel() },
    outboundAllow: [receiver.host],
  })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
})

const once = { policy: { schedule: ['0s'] } } as const
const create = (path: string, wish = {}) =>
  createWebhook(server.url, { url: receiver.url(path), channels: [`any${path}`], ...wish })

/** The data's `n` of all that a path got, in the order of arrival. */
const numbersAt = (path: string) => receiver.at(path).map((each) => each.json().data['n'])

const metric = async (outcome: string): Promise<number> => {
  const { text } = await call(server.url, 'GET /metrics')
  const line = new RegExp(`^buzzer_delivery_attempts_total\\{outcome="${outcome}"\\} (\\d+)`, 'm')
  return Number(line.exec(text)?.[1] ?? 0)
}

describe('a delivery', () => {
  test('tells of every attempt, with the beginning of its answer', async () => {
    const before = { retrying: await metric('retrying'), delivered: await metric('delivered') }
    const { id } = await create('/attempts', { policy: { schedule: ['0s', '50ms', '50ms'] } })
    const long = 'ü'.repeat(4_000)
    receiver.behave('/attempts', (_, count) =>
      count === 1
        ? { status: 500, headers: { 'x-why': 'broken', 'set-cookie': 'a=s3cret' }, body: long }
        : count === 2
          ? { status: 302, headers: { location: 'http://169.254.169.254/' } }
          : { status: 200, body: 'thanks' },
    )
    const event = await publish(server.url, 'any.attempts', { n: 1 })
    const [delivery] = await statesBecome(server.url, id, ['delivered'])
    if (delivery === undefined) throw new Error('there is one')
    const [sent] = receiver.at('/attempts')
    expect(delivery).toMatchObject({
      id: sent?.headers['webhook-id'],
      webhook: id,
      callback: null,
      url: receiver.url('/attempts'),
      event: { id: event, type: 'told', channel: 'any.attempts', sequence: '0000000000000001' },
      attempt: 3,
      maxAttempts: 3,
      nextAttemptAt: null,
      error: null,
      status: 200,
    })
    const whole = await getDelivery(server.url, delivery.id)
    expect(whole).toMatchObject(delivery)
    expect(whole.body).toBe(sent?.text)
    expect(whole.attempts.map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 500],
      [2, 302],
      [3, 200],
    ])
    const [first, second, third] = whole.attempts
    expect(first?.error).toMatch(/500/)
    expect(first?.answer?.headers).toMatchObject({ 'x-why': 'broken' })
    expect(first?.answer?.headers).not.toHaveProperty('set-cookie')
    expect(first?.answer).toMatchObject({ body: 'ü'.repeat(2_048), truncated: true })
    expect(second?.error).toMatch(/[Rr]edirects are not followed.*169\.254\.169\.254/)
    expect(third).toMatchObject({ error: null, answer: { body: 'thanks', truncated: false } })
    for (const { at, latencyMs } of whole.attempts) {
      expect(Math.abs(Date.now() - Date.parse(at))).toBeLessThan(60_000)
      expect(latencyMs).toBeGreaterThanOrEqual(0)
      expect(latencyMs).toBeLessThan(30_000)
    }
    expect(await metric('retrying')).toBe(before.retrying + 2)
    expect(await metric('delivered')).toBe(before.delivered + 1)
  })

  test('that was too slow, or got no answer, says so', async () => {
    const { id } = await create('/slow', { policy: { schedule: ['0s'], timeout: '200ms' } })
    receiver.behave('/slow', () => 'hang')
    await publish(server.url, 'any.slow')
    const [delivery] = await statesBecome(server.url, id, ['failed'])
    const whole = await getDelivery(server.url, delivery?.id ?? '')
    expect(whole).toMatchObject({ attempt: 1, status: null, error: expect.anything() as string })
    expect(whole.attempts).toMatchObject([{ status: null, answer: null }])
    expect(whole.attempts[0]?.latencyMs).toBeGreaterThanOrEqual(190)
  })

  test('that waits tells when it is tried again, not before the receiver wants it', async () => {
    const { id } = await create('/later', { policy: { schedule: ['0s', '1s'] } })
    receiver.behave('/later', () => ({ status: 429, headers: { 'retry-after': '3600' } }))
    await publish(server.url, 'any.later')
    await expect.poll(async () => (await deliveriesOf(server.url, id))[0]?.attempt).toBe(1)
    const [delivery] = await deliveriesOf(server.url, id)
    expect(delivery).toMatchObject({ state: 'scheduled', status: 429, finishedAt: null })
    const waits = Date.parse(delivery?.nextAttemptAt ?? '') - Date.now()
    expect(waits).toBeGreaterThan(3_500_000)
    expect(waits).toBeLessThan(3_700_000)
  })

  test.each(['GET /v1/deliveries/ID', 'POST /v1/deliveries/ID/redeliver'])(
    'that is not there is a 404: %s',
    async (route) => {
      for (const id of ['dlv_00000000000000000000000000', 'whk_00000000000000000000000000', 'x']) {
        const answer = await call(server.url, route.replace('ID', id))
        expectProblem(answer, 404, 'delivery-not-found')
      }
    },
  )
})

describe('the lists', () => {
  test('are narrowed by state, type, event, time and webhook, and go on page by page', async () => {
    const { id } = await create('/lists', once)
    receiver.behave('/lists', ({ text }) => ({ status: text.includes('"bad"') ? 500 : 200 }))
    const events: string[] = []
    for (let n = 0; n < 7; n += 1) {
      events.push(await publish(server.url, 'any.lists', { n }, n % 2 === 0 ? 'good' : 'bad'))
    }
    const all = await statesBecome(
      server.url,
      id,
      events.map((_, n) => (n % 2 === 0 ? 'delivered' : 'failed')),
    )
    expect(all.map(({ event }) => event.id)).toEqual(events)
    const found = async (query: string) =>
      (await deliveriesOf(server.url, id, query))
        .map(({ event }) => events.indexOf(event.id))
        .toReversed()
    expect(await found('?state=failed')).toEqual([1, 3, 5])
    expect(await found('?state=failed,delivered')).toEqual([0, 1, 2, 3, 4, 5, 6])
    expect(await found('?state=scheduled&state=sending')).toEqual([])
    expect(await found('?type=good')).toEqual([0, 2, 4, 6])
    expect(await found('?type=good&state=failed')).toEqual([])
    expect(await found(`?event=${events[3]}`)).toEqual([3])
    const middle = all[3]?.createdAt ?? ''
    const cut = [
      ...(await found(`?before=${middle}`)),
      ...(await found(`?after=${new Date(Date.parse(middle) - 1).toISOString()}`)),
    ]
    expect(cut).toEqual([0, 1, 2, 3, 4, 5, 6])

    for (const place of [`/v1/webhooks/${id}/deliveries?`, `/v1/deliveries?webhook=${id}&`]) {
      const seen: string[] = []
      for (let cursor: string | null = null, first = true; first || cursor !== null;) {
        first = false
        const at: string = cursor === null ? '' : `&cursor=${cursor}`
        const answer = await call(server.url, `GET ${place}limit=3${at}`)
        const { deliveries, next } = answer.json<DeliveryListDocument>()
        seen.push(...deliveries.map(({ event }) => event.id))
        cursor = next
      }
      expect(seen.toReversed()).toEqual(events)
    }
  })
})

describe('sending again', () => {
  test('one, that failed or that was delivered, with all the schedule anew', async () => {
    const { id } = await create('/one', once)
    receiver.behave('/one', (_, count) => ({ status: count === 1 ? 500 : 200 }))
    await publish(server.url, 'any.one')
    const [failed] = await statesBecome(server.url, id, ['failed'])
    for (const count of [2, 3]) {
      const answer = await post(server.url, `/v1/deliveries/${failed?.id}/redeliver`)
      expect(answer.status, answer.text).toBe(202)
      expect(answer.json()).toMatchObject({ id: failed?.id })
      await receiver.arrived('/one', count)
      await statesBecome(server.url, id, ['delivered'])
    }
    const sent = receiver.at('/one')
    expect(new Set(sent.map(({ headers }) => headers['webhook-id']))).toEqual(new Set([failed?.id]))
    expect((await getDelivery(server.url, failed?.id ?? '')).attempts).toHaveLength(3)
  })

  test('all that failed, at a rate', async () => {
    const { id } = await create('/many', { policy: { schedule: ['0s'] } })
    let isDown = true
    receiver.behave('/many', () => ({ status: isDown ? 500 : 200 }))
    for (let n = 0; n < 4; n += 1) await publish(server.url, 'any.many', { n }, `kind-${n % 2}`)
    await statesBecome(server.url, id, ['failed', 'failed', 'failed', 'failed'])
    isDown = false
    const some = await post(server.url, `/v1/webhooks/${id}/redeliver`, { type: 'kind-1' })
    expect(some.status, some.text).toBe(202)
    expect(some.json<RedeliveredDocument>()).toEqual({ count: 2 })
    await statesBecome(server.url, id, ['failed', 'delivered', 'failed', 'delivered'])
    const began = performance.now()
    const rest = await post(server.url, `/v1/webhooks/${id}/redeliver`, { rate: 2 })
    expect(rest.json<RedeliveredDocument>()).toEqual({ count: 2 })
    await statesBecome(server.url, id, ['delivered', 'delivered', 'delivered', 'delivered'])
    expect(performance.now() - began).toBeGreaterThan(450)
    const none = await post(server.url, `/v1/webhooks/${id}/redeliver`)
    expect(none.json<RedeliveredDocument>()).toEqual({ count: 0 })
  })

  test('a range of what a channel keeps, and no more than asked for', async () => {
    const { id } = await create('/range', { channels: ['any.range', 'more.range'], types: ['a'] })
    await publish(server.url, 'any.range', { n: 1 }, 'a')
    await publish(server.url, 'any.range', { n: 2 }, 'b')
    await receiver.arrived('/range', 1)
    const [first] = await deliveriesOf(server.url, id)
    // The next ones are of a later millisecond.
    await expect.poll(() => Date.now()).toBeGreaterThan(Date.parse(first?.createdAt ?? ''))
    const since = new Date().toISOString()
    await publish(server.url, 'any.range', { n: 3 }, 'a')
    await publish(server.url, 'more.range', { n: 4 }, 'a')
    await receiver.arrived('/range', 3)
    const path = `/v1/webhooks/${id}/replay`
    const replay = async (order: object) =>
      (await post(server.url, path, order)).json<RedeliveredDocument>().count
    expect(await replay({ since })).toBe(2)
    expect(await replay({ since, channel: 'more/range' })).toBe(1)
    expect(await replay({ since: '2020-01-01T00:00:00Z', until: since })).toBe(1)
    expect(await replay({ since: '2020-01-01T00:00:00Z', until: '2020-01-02T00:00:00Z' })).toBe(0)
    expectProblem(
      await post(server.url, path, { since, channel: 'any.none' }),
      422,
      'validation-failed',
    )
    await receiver.arrived('/range', 7)
    expect(numbersAt('/range').toSorted((a, b) => Number(a) - Number(b))).toEqual([
      1, 1, 3, 3, 4, 4, 4,
    ])
    const ids = receiver.at('/range').map(({ headers }) => headers['webhook-id'])
    expect(new Set(ids).size).toBe(7)
  })

  test('waits for nothing live, and holds nothing live up', async () => {
    const { id } = await create('/live', { policy: { schedule: ['0s'] } })
    for (let n = 0; n < 5; n += 1) await publish(server.url, 'any.live', { n })
    await receiver.arrived('/live', 5)
    const order = { since: '2020-01-01T00:00:00Z', rate: '1/m' }
    expect((await post(server.url, `/v1/webhooks/${id}/replay`, order)).status).toBe(202)
    await publish(server.url, 'any.live', { n: 'live' })
    await expect.poll(() => numbersAt('/live')).toContain('live')
    expect(numbersAt('/live').length).toBeLessThanOrEqual(7)
  })
})

describe('what becomes of a webhook is told on `webhooks`', () => {
  const told = async (id: string) => {
    const page = await call(server.url, 'GET /v1/channels/webhooks/events?since=0', {
      headers: { accept: 'application/json' },
    })
    const { events } = page.json<{ events: readonly { type: string }[] }>()
    return events.filter((event) => JSON.stringify(event).includes(id)).map(({ type }) => type)
  }

  test('that nobody tries a delivery any more', async () => {
    const { id } = await create('/dead', once)
    receiver.behave('/dead', () => ({ status: 500 }))
    await publish(server.url, 'any.dead')
    await statesBecome(server.url, id, ['failed'])
    await expect.poll(() => told(id)).toEqual(['dev.buzzer.delivery.failed'])
  })

  test.each<[string, number, object, string]>([
    ['it is gone', 410, {}, 'gone'],
    ['too many attempts failed', 500, { disableAfter: { failures: 3 } }, 'failures'],
  ])('that it was disabled, because %s', async (_, status, policy, reason) => {
    const path = `/disabled-${reason}`
    const { id } = await create(path, {
      policy: { schedule: ['0s', '10ms', '10ms', '10ms'], ...policy },
    })
    const watcher = await createWebhook(server.url, {
      url: receiver.url(`${path}/watch`),
      channels: ['webhooks'],
      types: ['webhook.disabled'],
      filter: { exact: { subject: id } },
    })
    receiver.behave(path, () => ({ status }))
    await publish(server.url, `any.disabled-${reason}`)
    await expect.poll(async () => (await getWebhook(server.url, id)).enabled).toBe(false)
    expect((await getWebhook(server.url, id)).disabled).toMatchObject({ reason })
    await expect.poll(() => told(id)).toContain('dev.buzzer.webhook.disabled')
    const [sent] = await receiver.arrived(`${path}/watch`, 1)
    expect(sent?.json()).toMatchObject({ type: 'dev.buzzer.webhook.disabled', data: { reason } })
    for (const [order, json] of [
      ['test', {}],
      ['replay', { since: '2020-01-01T00:00:00Z' }],
      ['redeliver', {}],
    ] as const) {
      const answer = await post(server.url, `/v1/webhooks/${id}/${order}`, json)
      expectProblem(answer, 409, 'webhook-disabled')
    }
    await call(server.url, `DELETE /v1/webhooks/${watcher.id}`)
  })
})
