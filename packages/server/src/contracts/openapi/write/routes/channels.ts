import type { JsonObject } from '../../../schema/json-pointer.ts'
import { json, merge, problemAnswers, refer } from '../answers.ts'
import type { DescribedRoute } from '../described-route.ts'
import { query, ticket } from './jobs.ts'

export const channel: JsonObject = {
  name: 'channel',
  in: 'path',
  required: true,
  schema: { type: 'string', maxLength: 255 },
  description: 'Its name; dots and slashes (as `%2F`) mean the same.',
}
const cloudEvent: JsonObject = { type: 'object', required: ['specversion', 'id', 'source', 'type'] }
const sequence: JsonObject = { type: 'string', pattern: '^\\d{16}$' }
const event: JsonObject = {
  type: 'object',
  required: ['id', 'sequence'],
  properties: { id: { type: 'string' }, sequence },
}
const page: JsonObject = {
  type: 'object',
  required: ['events', 'next'],
  properties: {
    events: { type: 'array', items: cloudEvent },
    next: { ...sequence, description: 'The cursor for the next request.' },
    reset: {
      type: 'object',
      required: ['oldest'],
      properties: { oldest: sequence },
      description: 'What was asked for is gone; the events begin at the oldest that is left.',
    },
  },
}
const notFound = problemAnswers('channel-not-found', 'store-unavailable')

/** Publishing events and following them. */
export const channelRoutes: readonly DescribedRoute[] = [
  {
    method: 'post',
    path: '/v1/channels/{channel}/events',
    operationId: 'publishEvents',
    tag: 'Channels',
    summary: 'Publishes one event or up to 1,000: all of them or none',
    parameters: [
      channel,
      query('type', { type: 'string' }, 'Of an event that is no CloudEvent. Default: `message`.'),
      query('subject', { type: 'string' }, 'Of an event that is no CloudEvent.'),
      refer('parameters', 'TraceParent'),
      refer('parameters', 'TraceState'),
    ],
    requestBody: {
      description:
        'A CloudEvent (structured, batched, or binary with `ce-` headers), or the data of one.',
      content: {
        'application/json': { schema: {} },
        'application/cloudevents+json': { schema: cloudEvent },
        'application/cloudevents-batch+json': { schema: { type: 'array', items: cloudEvent } },
        '*/*': { schema: { type: 'string', format: 'binary' } },
      },
    },
    responses: {
      '202': json('They are on disk, or passed on where the channel is ephemeral', {
        type: 'object',
        required: ['events'],
        properties: { events: { type: 'array', items: event } },
      }),
      ...merge(
        notFound,
        problemAnswers(
          'malformed-body',
          'invalid-parameter',
          'payload-too-large',
          'unsupported-media-type',
          'validation-failed',
          'channel-changed',
          'overloaded',
        ),
      ),
    },
  },
  {
    method: 'get',
    path: '/v1/channels/{channel}/events',
    operationId: 'followChannel',
    tag: 'Channels',
    summary: 'Follows a channel from a cursor on, as Server-Sent Events or page by page',
    parameters: [
      channel,
      query('since', { type: 'string' }, 'The cursor, exclusive; 0 for all that is kept.'),
      {
        name: 'Last-Event-ID',
        in: 'header',
        schema: { type: 'string' },
        description: 'The same; it goes before `since`.',
      },
      query('as', { type: 'string' }, 'Reads under this name, where presence is kept.'),
      query(
        'limit',
        { type: 'integer', minimum: 1, maximum: 1_000 },
        'Events of a page at most; a stream takes none.',
      ),
      refer('parameters', 'Prefer'),
      ticket,
    ],
    responses: {
      '200': {
        description: 'Events, each a CloudEvent with its `sequence`',
        content: {
          'text/event-stream': { schema: { type: 'string' } },
          'application/json': { schema: page },
        },
      },
      ...merge(notFound, problemAnswers('invalid-header', 'invalid-parameter', 'not-acceptable')),
    },
  },
  {
    method: 'get',
    path: '/v1/channels/{channel}/presence',
    operationId: 'getPresence',
    tag: 'Channels',
    summary: 'Says who reads a channel, where it is declared with `presence`',
    parameters: [channel],
    responses: {
      '200': json('Those who gave themselves a name, at most 1,000 of them', {
        type: 'object',
        required: ['members', 'count', 'sequence'],
        properties: {
          members: {
            type: 'array',
            items: {
              type: 'object',
              required: ['name', 'since'],
              properties: {
                name: { type: 'string' },
                since: { type: 'string', format: 'date-time' },
              },
            },
          },
          count: { type: 'integer', minimum: 0, description: 'All of them.' },
          sequence: {
            ...sequence,
            description: 'The cursor of `presence/{channel}` from which on nothing is missed.',
          },
        },
      }),
      ...merge(notFound, problemAnswers('invalid-parameter')),
    },
  },
]
