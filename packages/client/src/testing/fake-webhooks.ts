import type { DeliveryDocument, DeliveryId, EndpointId, WebhookDocument } from '@buzzer/contract'

const time = '2026-11-20T10:00:00.000Z'

/** An answer of the server about a webhook. */
export const webhook = (more: Partial<WebhookDocument> = {}): WebhookDocument => ({
  id: 'whk_1' as EndpointId,
  url: 'https://example.com/hook',
  description: null,
  channels: ['*'],
  types: null,
  filter: null,
  mapping: null,
  headers: {},
  policy: {
    schedule: ['0s', '5s', '5m'],
    timeout: '15s',
    concurrency: 32,
    ordered: false,
    disableAfter: { failures: 1_000, failingFor: '5d' },
    ratePerMinute: null,
  },
  enabled: true,
  disabled: null,
  health: { failures: 0, failingSince: null, lastSuccessAt: null },
  previousSecretUntil: null,
  version: 1,
  createdAt: time,
  changedAt: time,
  links: { self: '/v1/webhooks/whk_1', deliveries: '/v1/webhooks/whk_1/deliveries' },
  ...more,
})

/** One about a delivery. */
export const delivery = (more: Partial<DeliveryDocument> = {}): DeliveryDocument => ({
  id: 'dlv_1' as DeliveryId,
  state: 'scheduled',
  webhook: 'whk_1' as EndpointId,
  callback: null,
  url: 'https://example.com/hook',
  event: { id: 'evt_1', type: 'price', channel: 'quotes.ACME', sequence: '0000000000000001' },
  attempt: 0,
  maxAttempts: 3,
  createdAt: time,
  nextAttemptAt: time,
  finishedAt: null,
  error: null,
  status: null,
  links: { self: '/v1/deliveries/dlv_1', redeliver: '/v1/deliveries/dlv_1/redeliver' },
  ...more,
})
