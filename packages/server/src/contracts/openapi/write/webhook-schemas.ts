import { deliveryStates, disableReasons } from '@buzzer/contract'
import type { JsonObject } from '../../schema/json-pointer.ts'
import { refer } from './answers.ts'

const text: JsonObject = { type: 'string' }
const flag: JsonObject = { type: 'boolean' }
const time: JsonObject = { type: 'string', format: 'date-time' }
const timeOrNull: JsonObject = { type: ['string', 'null'], format: 'date-time' }
const uri: JsonObject = { type: 'string', format: 'uri', maxLength: 2_048 }
const duration: JsonObject = { type: 'string', examples: ['5s', '5m', '2h'] }
const texts: JsonObject = { type: 'array', items: text, minItems: 1, maxItems: 100 }
const count: JsonObject = { type: 'integer', minimum: 0 }

const secret: JsonObject = {
  type: 'string',
  pattern: '^whsec_',
  description: '24 to 64 bytes in Base64 behind `whsec_`.',
}

const settings: JsonObject = {
  url: uri,
  description: { type: ['string', 'null'], maxLength: 1_000 },
  channels: {
    ...texts,
    default: ['*'],
    description: 'Patterns: `*` stands for one segment, at the end for one or more.',
  },
  types: {
    ...texts,
    type: ['array', 'null'],
    description: 'Types of events; `*` at the end for any rest. Null for all.',
  },
  filter: { oneOf: [refer('schemas', 'EventFilter'), { type: 'null' }] },
  mapping: {
    description:
      'The body in place of the CloudEvent: any JSON, in whose texts `{{/data/amount}}` stands for what is there in the event.',
  },
  headers: {
    type: 'object',
    maxProperties: 20,
    additionalProperties: text,
    description: 'Sent with every delivery. Values that look like credentials are not shown.',
  },
  policy: refer('schemas', 'DeliveryPolicy'),
  enabled: { ...flag, default: true },
}

const attributes = (values: JsonObject): JsonObject => ({
  type: 'object',
  minProperties: 1,
  additionalProperties: values,
})
const dialect = (name: string, schema: JsonObject): JsonObject => ({
  type: 'object',
  required: [name],
  additionalProperties: false,
  properties: { [name]: schema },
})
const filters: JsonObject = { type: 'array', minItems: 1, items: refer('schemas', 'EventFilter') }
const bound: JsonObject = { type: 'number' }

const whole = (properties: JsonObject, ...optional: readonly string[]): JsonObject => ({
  type: 'object',
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  properties,
})

const delivery: JsonObject = {
  id: { type: 'string', pattern: '^dlv_' },
  state: { enum: [...deliveryStates] },
  webhook: { type: ['string', 'null'], description: 'Null for a callback.' },
  callback: { type: ['string', 'null'], description: 'The job or batch that a callback is about.' },
  url: {
    type: ['string', 'null'],
    description: 'Null where the webhook was removed, or the job of a callback erased.',
  },
  event: whole({ id: text, type: text, channel: text, sequence: text }),
  attempt: { ...count, description: 'How many there were.' },
  maxAttempts: { ...count, description: 'With those before it was sent again.' },
  createdAt: time,
  nextAttemptAt: timeOrNull,
  finishedAt: timeOrNull,
  error: { type: ['string', 'null'] },
  status: { type: ['integer', 'null'], description: 'Of the last answer.' },
  links: whole({ self: uri, redeliver: uri }),
}

const attempt = whole({
  attempt: { type: 'integer', minimum: 1 },
  at: time,
  latencyMs: count,
  status: { type: ['integer', 'null'] },
  error: { type: ['string', 'null'] },
  answer: {
    oneOf: [
      { type: 'null' },
      whole({
        headers: { type: 'object', additionalProperties: text },
        body: { ...text, description: 'The first 4 KiB.' },
        truncated: flag,
      }),
    ],
  },
})

const listOf = (name: string, schema: string): JsonObject =>
  whole({
    [name]: { type: 'array', items: refer('schemas', schema) },
    next: { type: ['string', 'null'] },
  })

/** What the routes of webhooks and deliveries take and give. */
export const webhookSchemas: Readonly<Record<string, JsonObject>> = {
  WebhookSettings: {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...settings,
      channels: { ...(settings['channels'] as JsonObject), type: ['array', 'null'] },
      headers: {
        type: ['object', 'null'],
        maxProperties: 20,
        additionalProperties: { type: ['string', 'null'] },
        description: 'Null for one of them takes it away.',
      },
      policy: { oneOf: [refer('schemas', 'DeliveryPolicy'), { type: 'null' }] },
    },
  },
  NewWebhook: {
    type: 'object',
    additionalProperties: false,
    required: ['url'],
    properties: {
      ...settings,
      secret,
      handshake: {
        ...flag,
        default: false,
        description: 'Asks the receiver first whether it wants events (CloudEvents webhooks).',
      },
    },
  },
  Webhook: whole(
    {
      id: { type: 'string', pattern: '^whk_' },
      ...settings,
      disabled: {
        oneOf: [{ type: 'null' }, whole({ at: time, reason: { enum: [...disableReasons] } })],
      },
      health: whole({ failures: count, failingSince: timeOrNull, lastSuccessAt: timeOrNull }),
      previousSecretUntil: timeOrNull,
      version: { type: 'integer', minimum: 1 },
      createdAt: time,
      changedAt: time,
      links: whole({ self: uri, deliveries: uri }),
      secret: { ...secret, description: 'Once, in the answer that made it.' },
    },
    'secret',
  ),
  WebhookList: listOf('webhooks', 'Webhook'),
  DeliveryPolicy: {
    type: 'object',
    additionalProperties: false,
    properties: {
      schedule: {
        type: 'array',
        items: duration,
        minItems: 1,
        maxItems: 50,
        description: 'The wait before each attempt, from the end of the one before.',
      },
      timeout: { ...duration, default: '15s' },
      concurrency: { type: 'integer', minimum: 1, maximum: 256, default: 64 },
      ordered: { ...flag, default: false },
      disableAfter: {
        type: 'object',
        additionalProperties: false,
        properties: {
          failures: { type: 'integer', minimum: 1, default: 100 },
          failingFor: { ...duration, default: '5d' },
        },
      },
      ratePerMinute: { type: ['integer', 'null'], minimum: 1 },
    },
  },
  EventFilter: {
    description: 'The dialects of CloudEvents Subscriptions 1.0, and `range` for numbers.',
    oneOf: [
      dialect('exact', attributes({ type: ['string', 'number', 'boolean'] })),
      dialect('prefix', attributes(text)),
      dialect('suffix', attributes(text)),
      dialect(
        'range',
        attributes({
          type: 'object',
          minProperties: 1,
          additionalProperties: false,
          properties: { gt: bound, gte: bound, lt: bound, lte: bound },
        }),
      ),
      dialect('all', filters),
      dialect('any', filters),
      dialect('not', refer('schemas', 'EventFilter')),
    ],
  },
  Delivery: whole(delivery),
  WholeDelivery: whole({
    ...delivery,
    attempts: { type: 'array', items: attempt },
    body: { type: ['string', 'null'], description: 'As it is sent; null where it was erased.' },
  }),
  DeliveryList: listOf('deliveries', 'Delivery'),
  SentAgain: whole({ count }),
  WebhookKeys: whole({
    keys: {
      type: 'array',
      items: whole({
        id: text,
        algorithm: { const: 'ed25519' },
        publicKey: { type: 'string', pattern: '^whpk_' },
        jwk: { type: 'object' },
      }),
    },
  }),
  CloudEvent: {
    type: 'object',
    description: 'CloudEvents 1.0.',
    required: ['specversion', 'id', 'source', 'type'],
    properties: {
      specversion: { const: '1.0' },
      id: text,
      source: text,
      type: text,
      subject: text,
      time,
      datacontenttype: text,
      sequence: { type: 'string', pattern: '^\\d{16}$' },
      data: {},
    },
  },
}
