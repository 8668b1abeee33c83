import type {
  DeliveryDocument,
  DeliveryListDocument,
  NewWebhook,
  WebhookDocument,
  WholeDeliveryDocument,
} from '@buzzer/contract'
import { expect } from 'vitest'
import { call, type Answer } from '../../http/support/call.ts'

/** Creates a webhook and takes the 201. */
export async function createWebhook(
  url: string,
  wish: NewWebhook,
): Promise<WebhookDocument & { readonly secret: string }> {
  const answer = await call(url, 'POST /v1/webhooks', { json: wish })
  expect(answer.status, answer.text).toBe(201)
  return answer.json()
}

export async function getWebhook(url: string, id: string): Promise<WebhookDocument> {
  const answer = await call(url, `GET /v1/webhooks/${id}`)
  expect(answer.status, answer.text).toBe(200)
  return answer.json()
}

/** Publishes one event of plain JSON. @returns its id */
export async function publish(
  url: string,
  channel: string,
  data: unknown = {},
  type = 'told',
): Promise<string> {
  const answer = await call(url, `POST /v1/channels/${channel}/events?type=${type}`, { json: data })
  expect(answer.status, answer.text).toBe(202)
  const { events } = answer.json<{ events: readonly { readonly id: string }[] }>()
  return events[0]?.id ?? ''
}

/** @param query with `?` before it, where there is one */
export async function deliveriesOf(
  url: string,
  id: string,
  query = '',
): Promise<readonly DeliveryDocument[]> {
  const answer = await call(url, `GET /v1/webhooks/${id}/deliveries${query}`)
  expect(answer.status, answer.text).toBe(200)
  return answer.json<DeliveryListDocument>().deliveries
}

export async function getDelivery(url: string, id: string): Promise<WholeDeliveryDocument> {
  const answer = await call(url, `GET /v1/deliveries/${id}`)
  expect(answer.status, answer.text).toBe(200)
  return answer.json()
}

/** Waits until the deliveries of a webhook have these states, the oldest first. */
export async function statesBecome(
  url: string,
  id: string,
  states: readonly DeliveryDocument['state'][],
): Promise<readonly DeliveryDocument[]> {
  const look = async () => (await deliveriesOf(url, id)).map(({ state }) => state).toReversed()
  await expect.poll(look).toEqual(states)
  return (await deliveriesOf(url, id)).toReversed()
}

export const post = (url: string, path: string, json: unknown = {}): Promise<Answer> =>
  call(url, `POST ${path}`, { json })
