import type { JsonObject } from '../../schema/json-pointer.ts'
import { since } from './declared-channel.ts'
import { onWebSocket, messagesOf, refer, text, type Messages, type Part } from './part.ts'

const id: JsonObject = {
  type: 'string',
  minLength: 1,
  maxLength: 64,
  description: "The sender's own; it comes back in what belongs to it",
}
const schema = (name: string): JsonObject => refer('components', 'schemas', name)
const list = (items: JsonObject): JsonObject => ({ type: 'array', items })
const cursor: JsonObject = { type: ['string', 'number', 'null'], description: since['description'] }

interface Members {
  readonly required?: JsonObject
  readonly optional?: JsonObject
}

const message = (type: string, summary: string, { required = {}, optional = {} }: Members) => ({
  name: type,
  title: type,
  summary,
  contentType: 'application/json',
  payload: {
    type: 'object',
    required: ['type', ...Object.keys(required)],
    properties: { type: { const: type }, ...required, ...optional },
  },
})

/** What clients send, and the types of what may answer it. */
const requests: readonly (readonly [JsonObject & { name: string }, answers: readonly string[]])[] =
  [
    [
      message('subscribe', 'Begins to read a channel, a job (`jobs/…`) or a batch (`batches/…`)', {
        required: { id, channel: text },
        optional: {
          since: cursor,
          credit: {
            type: 'integer',
            minimum: 0,
            description: 'Events at most until more is given',
          },
          as: { type: 'string', minLength: 1, maxLength: 64, description: 'Who reads' },
        },
      }),
      ['ack', 'event', 'reset', 'complete', 'error'],
    ],
    [
      message('credit', 'Lets a subscription have more events', {
        required: { id, credit: { type: 'integer', minimum: 1 } },
      }),
      [],
    ],
    [message('unsubscribe', 'Ends a subscription', { required: { id } }), ['complete']],
    [
      message('publish', 'Publishes an event, or several of which all are taken or none', {
        required: { id, channel: text },
        optional: { event: schema('Draft'), events: list(schema('Draft')) },
      }),
      ['ack', 'error'],
    ],
    [
      message('submit', 'Calls an operation', {
        required: { id, operation: text },
        optional: {
          input: { description: 'As the operation takes it' },
          idempotencyKey: text,
          priority: { type: 'integer', minimum: 0, maximum: 9 },
          delay: text,
          runAt: { type: 'string', format: 'date-time' },
          deadline: text,
          key: text,
          tags: list(text),
        },
      }),
      ['ack', 'error'],
    ],
    [message('cancel', 'Cancels a job', { required: { id, job: text } }), ['ack', 'error']],
    [message('ping', 'Asks whether the other side is there', { optional: { id } }), ['pong']],
  ]

const answers: readonly (JsonObject & { name: string })[] = [
  message('ack', 'Taken: the cursor, the offsets or the job, whichever was asked for', {
    required: { id },
    optional: {
      since: cursor,
      last: { ...cursor, description: 'The end of the channel by then' },
      events: list({ type: 'object', properties: { id: text, sequence: text } }),
      job: schema('Job'),
    },
  }),
  message('event', 'An event of a subscription', { required: { id, event: schema('CloudEvent') } }),
  message('reset', 'What came before `oldest` is not kept any more', {
    required: { id, oldest: text },
  }),
  message('error', 'That request or subscription is over, and the socket is not', {
    required: { error: schema('Problem') },
    optional: { id },
  }),
  message('complete', 'Nothing follows in this subscription', { required: { id } }),
  message('pong', 'It is there', { optional: { id } }),
]

const messages: Messages = Object.fromEntries(
  [...requests.map(([one]) => one), ...answers].map((one) => [one.name, one]),
)

const channel = 'socket'

/** The one socket for everything, and all that is said on it. */
export const socketChannel: Part = {
  channels: {
    [channel]: {
      address: '/v1/ws',
      title: 'The socket buzzer.v1',
      description:
        'Many channels and jobs on one WebSocket, with the subprotocol `buzzer.v1`. A handshake with an `Origin` that is not listed is refused.',
      servers: [onWebSocket],
      messages,
      bindings: {
        ws: {
          method: 'GET',
          query: { type: 'object', properties: { ticket: text } },
          headers: {
            type: 'object',
            properties: { 'Sec-WebSocket-Protocol': { const: 'buzzer.v1' } },
          },
          bindingVersion: '0.1.0',
        },
      },
    },
  },
  operations: Object.fromEntries(
    requests.map(([{ name, summary }, replies]) => [
      `socket.${name}`,
      {
        action: 'receive',
        channel: refer('channels', channel),
        title: `${name} on the socket`,
        summary,
        messages: messagesOf(channel, [name]),
        ...(replies.length === 0
          ? {}
          : {
              reply: {
                channel: refer('channels', channel),
                messages: messagesOf(channel, replies),
              },
            }),
      },
    ]),
  ),
}
