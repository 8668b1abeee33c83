import { randomBytes } from 'node:crypto'
import type { DeliveryListDocument, WebhookListDocument } from '@buzzer/contract'
import { createClient } from '@buzzer/client'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { openReceiver } from '../../examples/payment-flow/receiver.ts'
import { temporaryFolder } from '../support/folder.ts'
import { startServer } from '../support/server.ts'
import { runExample } from './support/run-example.ts'

const config = new URL('../../examples/payment-flow/buzzer.config.ts', import.meta.url)

const get = async <Answer>(url: string): Promise<Answer> =>
  (await (await fetch(url)).json()) as Answer

test('orders are settled by callbacks, and a closed warehouse hears of them later', async () => {
  await using data = await temporaryFolder('payment-flow')
  const { code, output } = await runExample('payment-flow', ['--data', data.path])
  expect({ code, output }).toMatchObject({ code: 0 })
  expect(output).toContain('order-1: paid\n  order-2: declined\n  order-3: paid')
  expect(output).toContain('payments.order-1: answered 503, scheduled')
  expect(output.match(/answered 204 when it was tried again/g)).toHaveLength(3)
  expect(output).toMatch(/packed: order-1, order-3\n {2}put back: order-2\n/)
  expect(output).toContain('the shop knows it: order-1 is paid')
  expect(output).toContain('refused with 401: order-2 is declined')

  // What Buzzer has written down of it.
  await using server = await startServer({ config, data: data.path })
  const { webhooks } = await get<WebhookListDocument>(`${server.url}/v1/webhooks`)
  const { deliveries } = await get<DeliveryListDocument>(`${server.url}/v1/deliveries`)
  expect(webhooks).toMatchObject([{ channels: ['payments.*'], enabled: true }])
  expect(deliveries.every(({ state }) => state === 'delivered')).toBe(true)
  const toWarehouse = deliveries.filter(({ webhook }) => webhook === webhooks[0]?.id)
  expect(toWarehouse.map(({ event }) => event.type).toSorted()).toEqual([
    'payment.declined',
    'payment.made',
    'payment.made',
  ])
  for (const { attempt } of toWarehouse) expect(attempt).toBeGreaterThan(1)
  const { jobs } = await createClient({ url: server.url }).jobs.list()
  const callbacks = deliveries.filter(({ callback }) => callback !== null)
  expect(new Set(callbacks.map(({ callback }) => callback))).toEqual(
    new Set(jobs.map(({ id }) => id)),
  )
  expect(callbacks).toHaveLength(3)
  // One was sent again: four attempts, and no order that changed by it.
  expect(callbacks.reduce((sum, { attempt }) => sum + attempt, 0)).toBe(4)
})

test('its receiver takes what the official library signs, once, and nothing else', async () => {
  const secret = `whsec_${randomBytes(32).toString('base64')}`
  const taken: unknown[] = []
  await using receiver = await openReceiver<unknown>({
    secret: () => secret,
    isOpen: () => true,
    take: (event) => void taken.push(event),
  })
  const body = JSON.stringify({ type: 'payment.made', data: { order: 'order-9' } })
  const send = async (id: string, at: Date, by = secret, text = body): Promise<number> => {
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': `v1a,AAAA ${new Webhook(by).sign(id, at, body)}`,
    }
    return (await fetch(receiver.url, { method: 'POST', headers, body: text })).status
  }
  const now = new Date()
  expect(await send('dlv_1', now)).toBe(204)
  expect(await send('dlv_1', now)).toBe(204)
  expect(receiver.repeated()).toBe(1)
  const stranger = `whsec_${randomBytes(32).toString('base64')}`
  expect(await send('dlv_2', now, stranger)).toBe(401)
  expect(await send('dlv_3', now, secret, body.replace('9', '8'))).toBe(401)
  expect(await send('dlv_4', new Date(now.getTime() - 600_000))).toBe(401)
  expect((await fetch(receiver.url, { method: 'POST', body })).status).toBe(401)
  expect(taken).toEqual([JSON.parse(body)])
})
