import type { JsonObject } from '../../schema/json-pointer.ts'
import { since } from './declared-channel.ts'
import { ownEvent } from './envelope.ts'
import { keyOf } from './job-channels.ts'
import { httpBinding, messagesOf, onHttp, onWebSocket, refer, text, type Part } from './part.ts'

const count: JsonObject = { type: 'integer', minimum: 0 }
const place: JsonObject = {
  webhook: text,
  callback: { ...text, description: 'The job or the batch, where there is no webhook' },
  url: { type: ['string', 'null'] },
}

const disabled: JsonObject = {
  type: 'object',
  required: ['webhook', 'url', 'reason', 'failures', 'failingSince'],
  properties: {
    webhook: text,
    url: text,
    reason: { enum: ['gone', 'failures', 'failing-for'] },
    failures: count,
    failingSince: { type: 'string', format: 'date-time' },
  },
}

const failed: JsonObject = {
  type: 'object',
  required: ['delivery', 'url', 'event', 'attempts', 'error'],
  properties: {
    delivery: text,
    ...place,
    event: {
      type: 'object',
      required: ['id', 'type', 'channel', 'sequence'],
      properties: { id: text, type: text, channel: text, sequence: text },
    },
    attempts: count,
    error: text,
  },
}

const messages = {
  [keyOf('webhook.disabled')]: ownEvent('webhook.disabled', disabled),
  [keyOf('delivery.failed')]: ownEvent('delivery.failed', failed),
}

/** What is told of webhooks and callbacks that do not get what they should. */
export const webhookChannel: Part = {
  channels: {
    webhooks: {
      address: 'webhooks',
      title: 'Trouble with webhooks',
      description: 'Webhooks that were disabled and deliveries that were given up, the last 1,000.',
      servers: [onHttp, onWebSocket],
      messages,
    },
  },
  operations: {
    'watch-webhooks': {
      action: 'send',
      channel: refer('channels', 'webhooks'),
      title: 'Watch what goes wrong with webhooks',
      summary:
        '`GET /v1/channels/webhooks/events` (SSE, long polling), or `webhooks` on `/v1/ws` (WebSocket)',
      messages: messagesOf('webhooks', Object.keys(messages)),
      bindings: httpBinding('GET', { since }),
    },
  },
}
