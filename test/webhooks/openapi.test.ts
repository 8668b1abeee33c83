import { expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { call, type CallOptions } from '../http/support/call.ts'
import { validatorOf } from '../http/support/described.ts'
import { startTestServer } from '../http/support/server.ts'
import { startReceiver } from './support/receiver.ts'
import { createWebhook, publish, statesBecome } from './support/webhooks.ts'

test('the routes of webhooks and deliveries answer what the document says that they do', async () => {
  await using receiver = await startReceiver()
  await using server = await startTestServer({
    channels: { any: channel() },
    outboundAllow: [receiver.host],
  })
  receiver.behave('/', (_, count) => ({ status: count === 1 ? 500 : 200, body: 'text' }))
  const url = receiver.url('/')
  const { id } = await createWebhook(server.url, {
    url,
    channels: ['any'],
    types: ['a'],
    filter: { not: { any: [{ range: { '/data/n': { gt: 1 } } }, { prefix: { type: 'b' } }] } },
    mapping: { n: '{{/data/n}}' },
    headers: { 'authorization': 'x', 'x-y': 'z' },
    policy: { schedule: ['0s', '10ms'], ratePerMinute: 1_000 },
  })
  await publish(server.url, 'any', { n: 1 }, 'a')
  const [delivery] = await statesBecome(server.url, id, ['delivered'])
  const wrong = await validatorOf(server.url)
  const routes: readonly (readonly [route: string, CallOptions?])[] = [
    ['POST /v1/webhooks', { json: { url } }],
    ['POST /v1/webhooks', { json: { url: 'ftp://x' } }],
    ['POST /v1/webhooks', { json: { urls: [] } }],
    ['POST /v1/webhooks', { body: '{', headers: { 'content-type': 'application/json' } }],
    ['POST /v1/webhooks', { body: 'x', headers: { 'content-type': 'text/plain' } }],
    ['GET /v1/webhooks'],
    ['GET /v1/webhooks/{id}'],
    ['PATCH /v1/webhooks/{id}', { json: { description: 'x' } }],
    ['PATCH /v1/webhooks/{id}', { json: {}, headers: { 'if-match': '"9"' } }],
    ['PATCH /v1/webhooks/{id}', { json: {}, headers: { 'if-match': 'x' } }],
    ['PUT /v1/webhooks/{id}', { json: { url } }],
    ['POST /v1/webhooks/{id}/rotate-secret', { json: {} }],
    ['POST /v1/webhooks/{id}/test'],
    ['GET /v1/webhooks/{id}/deliveries'],
    ['POST /v1/webhooks/{id}/redeliver', { json: { rate: '1/s' } }],
    ['POST /v1/webhooks/{id}/redeliver', { json: { rate: 0 } }],
    ['POST /v1/webhooks/{id}/replay', { json: { since: '2026-01-01T00:00:00Z' } }],
    ['POST /v1/webhooks/{id}/replay', { json: {} }],
    ['GET /v1/deliveries'],
    ['GET /v1/deliveries/{id}'],
    ['POST /v1/deliveries/{id}/redeliver'],
    ['GET /v1/webhook-keys'],
    ['PATCH /v1/webhooks/{id}', { json: { enabled: false } }],
    ['POST /v1/webhooks/{id}/test'],
    ['POST /v1/webhooks/{id}/replay', { json: { since: '2026-01-01T00:00:00Z' } }],
    ['DELETE /v1/webhooks/{id}', { headers: { 'if-match': '"1"' } }],
    ['DELETE /v1/webhooks/{id}'],
    ['GET /v1/webhooks/{id}'],
    ['DELETE /v1/webhooks/{id}'],
    ['GET /v1/webhooks/{id}/deliveries'],
    ['GET /v1/deliveries/{id}'],
  ]
  for (const [route, options] of routes) {
    const named = route.includes('deliveries/{id}') ? delivery?.id : id
    const answer = await call(server.url, route.replace('{id}', named ?? ''), options)
    expect(wrong(route, answer), `${route}: ${answer.status}`).toEqual([])
  }
  const none = 'dlv_00000000000000000000000000'
  for (const route of ['GET /v1/deliveries/{id}', 'POST /v1/deliveries/{id}/redeliver']) {
    expect(wrong(route, await call(server.url, route.replace('{id}', none))), route).toEqual([])
  }
  const bad = await call(server.url, 'GET /v1/deliveries?state=lost')
  expect(wrong('GET /v1/deliveries', bad)).toEqual([])
})
