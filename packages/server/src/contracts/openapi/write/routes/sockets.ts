import type { JsonObject } from '../../../schema/json-pointer.ts'
import { json, merge, problemAnswers } from '../answers.ts'
import type { DescribedRoute } from '../described-route.ts'
import { channel } from './channels.ts'
import { query, ticket } from './jobs.ts'

const since = query('since', { type: 'string' }, 'The cursor, exclusive; 0 for all that is kept.')
const name = query(
  'as',
  { type: 'string', minLength: 1, maxLength: 64 },
  'By which the reader makes itself known.',
)
const opened: JsonObject = { description: 'It is open (RFC 6455)' }
const refused = problemAnswers(
  'invalid-header',
  'invalid-token',
  'insufficient-scope',
  'upgrade-required',
  'host-not-allowed',
  'overloaded',
  'shutting-down',
)

/** WebSockets, and what opens them in a browser. */
export const socketRoutes: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/v1/ws',
    operationId: 'openSocket',
    tag: 'Channels',
    summary: 'Opens a WebSocket for many jobs and channels, subprotocol `buzzer.v1`',
    parameters: [ticket],
    responses: { '101': opened, ...refused },
  },
  {
    method: 'get',
    path: '/v1/channels/{channel}/ws',
    operationId: 'openChannelSocket',
    tag: 'Channels',
    summary: 'Opens a WebSocket of one channel, subprotocol `cloudevents.json`',
    parameters: [channel, since, name, ticket],
    responses: {
      '101': opened,
      ...merge(refused, problemAnswers('invalid-parameter', 'channel-not-found')),
    },
  },
  {
    method: 'post',
    path: '/v1/tickets',
    operationId: 'issueTicket',
    tag: 'Channels',
    summary: 'Gives a ticket, which opens one channel from a URL',
    requestBody: {
      required: true,
      description: 'A channel, `jobs/{id}` or `batches/{id}`.',
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['channel'],
            properties: { channel: { type: 'string', maxLength: 255 } },
            additionalProperties: false,
          },
        },
      },
    },
    responses: {
      '201': json('It has to be used first before `expiresAt`', {
        type: 'object',
        required: ['ticket', 'channel', 'expiresAt'],
        properties: {
          ticket: { type: 'string', pattern: '^bzt_' },
          channel: { type: 'string' },
          expiresAt: { type: 'string', format: 'date-time' },
        },
      }),
      ...problemAnswers(
        'malformed-body',
        'payload-too-large',
        'unsupported-media-type',
        'validation-failed',
        'insufficient-scope',
        'channel-not-found',
        'job-not-found',
        'batch-not-found',
        'job-expired',
        'batch-expired',
        'store-unavailable',
      ),
    },
  },
]
