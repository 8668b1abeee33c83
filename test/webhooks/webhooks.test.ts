import type { WebhookDocument, WebhookListDocument } from '@buzzer/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../packages/server/src/app/system-clock.ts'
import { channel } from '../../packages/server/src/define/channel.ts'
import { call } from '../http/support/call.ts'
import { expectProblem } from '../http/support/problem.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'
import { startReceiver, type Receiver } from './support/receiver.ts'
import { isSignedByTenant, isSignedWith, signaturesOf } from './support/signatures.ts'
import { createWebhook, getWebhook, post, publish } from './support/webhooks.ts'

const day = 86_400_000
const whsec = (byte: number) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`

let receiver: Receiver
let server: TestServer
/** What the server's clock is away from the machine's. */
let shiftMs = 0

beforeAll(async () => {
  receiver = await startReceiver()
  server = await startTestServer(
    { channels: { 'any.{name}': channel() }, outboundAllow: [receiver.host] },
    { clock: { ...systemClock, now: () => systemClock.now() + shiftMs } },
  )
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await receiver[Symbol.asyncDispose]()
})

const create = (path: string, wish = {}) =>
  createWebhook(server.url, { url: receiver.url(path), channels: [`any${path}`], ...wish })

const patch = (id: string, json: object, headers = {}) =>
  call(server.url, `PATCH /v1/webhooks/${id}`, { json, headers })

describe('a webhook', () => {
  test('is made with what was said and the rest as it is by default, and shows its secret once', async () => {
    const answer = await post(server.url, '/v1/webhooks', { url: receiver.url('/made') })
    expect(answer.status).toBe(201)
    const { secret, ...made } = answer.json<WebhookDocument>()
    expect(secret).toMatch(/^whsec_[\w+/]{43}=$/)
    expect(made).toMatchObject({
      id: expect.stringMatching(/^whk_/) as string,
      url: receiver.url('/made'),
      channels: ['*'],
      types: null,
      filter: null,
      mapping: null,
      headers: {},
      enabled: true,
      disabled: null,
      health: { failures: 0, failingSince: null, lastSuccessAt: null },
      policy: {
        schedule: ['0s', '5s', '5m', '30m', '2h', '5h', '10h', '14h', '20h', '24h'].map((wait) =>
          wait === '24h' ? '1d' : wait,
        ),
        timeout: '15s',
        ordered: false,
        disableAfter: { failures: 100, failingFor: '5d' },
        ratePerMinute: null,
      },
    })
    expect(answer.headers).toMatchObject({
      'location': `/v1/webhooks/${made.id}`,
      'etag': '"1"',
      'cache-control': 'no-store',
    })
    expect(await getWebhook(server.url, made.id)).toEqual(made)
    const { text } = await call(server.url, 'GET /v1/webhooks')
    expect(text).toContain(made.id)
    expect(text).not.toContain('whsec_')
    await call(server.url, `DELETE /v1/webhooks/${made.id}`)
  })

  test('stands in a list, page by page, until it is deleted', async () => {
    const made: string[] = []
    for (let n = 0; n < 5; n += 1) made.push((await create(`/listed-${n}`)).id)
    const seen: string[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const answer = await call(server.url, `GET /v1/webhooks?limit=2&cursor=${cursor}`)
      const list = answer.json<WebhookListDocument>()
      expect(list.webhooks.length).toBeLessThanOrEqual(2)
      seen.push(...list.webhooks.map(({ id }) => id))
      cursor = list.next
    }
    expect(seen.filter((id) => made.includes(id))).toEqual(made)
    for (const id of made) {
      expect((await call(server.url, `DELETE /v1/webhooks/${id}`)).status).toBe(204)
      expectProblem(await call(server.url, `DELETE /v1/webhooks/${id}`), 404, 'webhook-not-found')
    }
    const { text } = await call(server.url, 'GET /v1/webhooks')
    for (const id of made) expect(text).not.toContain(id)
  })

  test('is changed by a merge patch: what is not named stays, null takes away', async () => {
    const { id } = await create('/patched', {
      description: 'mine',
      types: ['a'],
      headers: { 'x-one': '1', 'x-two': '2' },
      policy: { timeout: '3s', ordered: true },
    })
    const answer = await patch(id, {
      types: null,
      headers: { 'x-one': null, 'x-three': '3' },
      policy: { timeout: null, concurrency: 3 },
    })
    expect(answer.status, answer.text).toBe(200)
    expect(answer.headers.etag).toBe('"2"')
    expect(answer.json()).toMatchObject({
      description: 'mine',
      types: null,
      headers: { 'x-two': '2', 'x-three': '3' },
      policy: { timeout: '15s', concurrency: 3, ordered: true },
      version: 2,
    })
    expect(await getWebhook(server.url, id)).toEqual(answer.json())
  })

  test('is replaced as a whole by PUT, and keeps its secret', async () => {
    const { id, secret } = await create('/put', { description: 'mine', headers: { 'x-one': '1' } })
    const url = receiver.url('/put')
    const answer = await call(server.url, `PUT /v1/webhooks/${id}`, {
      json: { url, channels: ['any/put'] },
    })
    expect(answer.json()).toMatchObject({ id, url, description: null, headers: {} })
    await publish(server.url, 'any.put')
    const [sent] = await receiver.arrived('/put', 1)
    expect(sent !== undefined && isSignedWith(secret, sent)).toBe(true)
    expect(sent?.headers).not.toHaveProperty('x-one')
  })

  test.each<[string, 'PATCH' | 'PUT' | 'DELETE']>([
    ['changed', 'PATCH'],
    ['replaced', 'PUT'],
    ['deleted', 'DELETE'],
  ])('is not %s where it is not the version that was expected', async (_, method) => {
    const { id } = await create('/guarded')
    await patch(id, { description: 'second' })
    const body = method === 'DELETE' ? {} : { json: { url: receiver.url('/other') } }
    const stale = { headers: { 'if-match': '"1"' }, ...body }
    expectProblem(
      await call(server.url, `${method} /v1/webhooks/${id}`, stale),
      412,
      'precondition-failed',
    )
    expect(await getWebhook(server.url, id)).toMatchObject({ version: 2, description: 'second' })
    const fresh = { headers: { 'if-match': '"2"' }, ...body }
    const { status } = await call(server.url, `${method} /v1/webhooks/${id}`, fresh)
    expect(status).toBeLessThan(300)
  })

  test('that is disabled gets nothing until it is enabled again', async () => {
    const { id } = await create('/off', { enabled: false })
    expect(await getWebhook(server.url, id)).toMatchObject({
      enabled: false,
      disabled: { reason: 'request' },
    })
    await publish(server.url, 'any.off', { n: 1 })
    expectProblem(await post(server.url, `/v1/webhooks/${id}/test`), 409, 'webhook-disabled')
    await patch(id, { enabled: true })
    await publish(server.url, 'any.off', { n: 2 })
    const [first] = await receiver.arrived('/off', 1)
    expect(first?.json().data).toEqual({ n: 2 })
    expect(await getWebhook(server.url, id)).toMatchObject({ enabled: true, disabled: null })
  })

  test.each([
    'GET /v1/webhooks/whk_00000000000000000000000000',
    'PATCH /v1/webhooks/whk_00000000000000000000000000',
    'PUT /v1/webhooks/whk_00000000000000000000000000',
    'DELETE /v1/webhooks/whk_00000000000000000000000000',
    'POST /v1/webhooks/whk_00000000000000000000000000/rotate-secret',
    'POST /v1/webhooks/whk_00000000000000000000000000/test',
    'GET /v1/webhooks/whk_00000000000000000000000000/deliveries',
    'POST /v1/webhooks/whk_00000000000000000000000000/redeliver',
    'POST /v1/webhooks/whk_00000000000000000000000000/replay',
    'GET /v1/webhooks/job_00000000000000000000000000',
    'GET /v1/webhooks/nothing',
  ])('that is not there is a 404: %s', async (route) => {
    const json = route.startsWith('PUT')
      ? { url: receiver.url('/x') }
      : route.endsWith('replay')
        ? { since: '2026-01-01T00:00:00Z' }
        : {}
    const options = /^(?:GET|DELETE)/.test(route) ? {} : { json }
    expectProblem(await call(server.url, route, options), 404, 'webhook-not-found')
  })
})

describe('the secret', () => {
  test('may be one that its owner brought', async () => {
    const { secret } = await create('/brought', { secret: whsec(7) })
    expect(secret).toBe(whsec(7))
    await publish(server.url, 'any.brought')
    const [sent] = await receiver.arrived('/brought', 1)
    expect(sent !== undefined && isSignedWith(whsec(7), sent)).toBe(true)
  })

  test('is rotated: both sign for a day, and then the new one alone', async () => {
    // The verifier of others looks at the machine's clock, so that the past is played first.
    const { id, secret: first } = await create('/rotated')
    shiftMs = -day - 180_000
    const rotated = await post(server.url, `/v1/webhooks/${id}/rotate-secret`)
    expect(rotated.status).toBe(200)
    const { secret: second, previousSecretUntil } = rotated.json<WebhookDocument>()
    expect(second).toMatch(/^whsec_/)
    expect(second).not.toBe(first)
    expect(Date.parse(previousSecretUntil ?? '')).toBeLessThan(Date.now())
    expect((await getWebhook(server.url, id)).secret).toBeUndefined()

    shiftMs = -120_000
    const again = await post(server.url, `/v1/webhooks/${id}/rotate-secret`, { secret: whsec(9) })
    expect(again.json<WebhookDocument>().secret).toBe(whsec(9))
    await publish(server.url, 'any.rotated')
    const [both] = await receiver.arrived('/rotated', 1)
    if (both === undefined) throw new Error('it arrived')
    expect(signaturesOf(both).map(([version]) => version)).toEqual(['v1', 'v1', 'v1a'])
    expect([first, second ?? '', whsec(9)].map((each) => isSignedWith(each, both))).toEqual([
      false,
      true,
      true,
    ])

    shiftMs = -day - 120_000
    await post(server.url, `/v1/webhooks/${id}/rotate-secret`, { secret: whsec(10) })
    shiftMs = 0
    await publish(server.url, 'any.rotated')
    const [, alone] = await receiver.arrived('/rotated', 2)
    if (alone === undefined) throw new Error('it arrived')
    expect([whsec(9), whsec(10)].map((each) => isSignedWith(each, alone))).toEqual([false, true])
    expect(await isSignedByTenant(server.url, alone)).toBe(true)
  })
})

describe('headers of its own', () => {
  test('are sent, and what may be a credential is shown to nobody', async () => {
    const headers = { 'Authorization': 'Bearer s3cret', 'X-Api-Key': 'k3y', 'X-Shop': 'north' }
    const made = await create('/headers', { headers })
    const shown = { 'authorization': '***', 'x-api-key': '***', 'x-shop': 'north' }
    expect(made.headers).toEqual(shown)
    const changed = await patch(made.id, { description: 'changed' })
    expect(changed.json()).toMatchObject({ headers: shown })
    await publish(server.url, 'any.headers')
    const [sent] = await receiver.arrived('/headers', 1)
    expect(sent?.headers).toMatchObject({
      'authorization': 'Bearer s3cret',
      'x-api-key': 'k3y',
      'x-shop': 'north',
    })
  })

  test.each(['PATCH', 'PUT'])(
    'that were shown masked and come back so by %s stay as they were',
    async (method) => {
      const path = `/masked-${method}`
      const { id, headers } = await create(path, { headers: { authorization: 'Bearer s3cret' } })
      const json = { url: receiver.url(path), channels: [`any${path}`], headers }
      const answer = await call(server.url, `${method} /v1/webhooks/${id}`, { json })
      expect(answer.status, answer.text).toBe(200)
      await publish(server.url, `any.masked-${method}`)
      const [sent] = await receiver.arrived(path, 1)
      expect(sent?.headers['authorization']).toBe('Bearer s3cret')
    },
  )
})
