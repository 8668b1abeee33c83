import { eventTypePrefix } from '@buzzer/contract'
import type { JsonObject } from '../../schema/json-pointer.ts'
import { refer, text } from './part.ts'

const time: JsonObject = { type: 'string', format: 'date-time' }

/** An event as readers get it: CloudEvents 1.0 in its JSON format, with our extensions. */
export const cloudEventSchema: JsonObject = {
  type: 'object',
  description: 'CloudEvents 1.0 in its JSON format',
  required: ['specversion', 'id', 'source', 'type', 'time', 'sequence'],
  properties: {
    specversion: { const: '1.0' },
    id: { type: 'string', minLength: 1 },
    source: { type: 'string', format: 'uri-reference', minLength: 1 },
    type: { type: 'string', minLength: 1 },
    subject: text,
    time,
    datacontenttype: text,
    dataschema: { type: 'string', format: 'uri' },
    data: { description: 'JSON; `data_base64` holds what is not' },
    data_base64: { type: 'string', contentEncoding: 'base64' },
    sequence: {
      type: 'string',
      pattern: '^[0-9]{16}$',
      description: 'The offset on its channel, which is the cursor of every protocol',
    },
    traceparent: text,
    tracestate: text,
  },
}

/** An event as it may be published: its `sequence` is for Buzzer to give. */
export const publicationSchema: JsonObject = {
  type: 'object',
  description: 'CloudEvents 1.0 in its JSON format; the offset is given when it is taken',
  required: ['specversion', 'id', 'source', 'type'],
  properties: {
    ...Object.fromEntries(
      Object.entries(cloudEventSchema['properties'] as JsonObject).filter(
        ([name]) => name !== 'sequence' && name !== 'type',
      ),
    ),
    type: {
      type: 'string',
      minLength: 1,
      not: { pattern: '^dev\\.buzzer\\.' },
      description: 'Types that begin with `dev.buzzer.` are for Buzzer itself',
    },
  },
}

/** An event as it may be published on a socket, where what is not said of it is Buzzer's to say. */
export const draftSchema: JsonObject = {
  ...publicationSchema,
  description: 'What is not given of a CloudEvent but its type is made when it is taken',
  required: ['type'],
}

/** Where offsets stand, which tell events of one channel apart. */
const correlationId: JsonObject = { location: '$message.payload#/id' }

/**
 * An event with what is in it.
 *
 * @param envelope the schema in the document's components that it follows
 */
export const eventMessage = (
  title: string,
  data: JsonObject,
  { envelope = 'CloudEvent', type = null }: { envelope?: string; type?: string | null } = {},
): JsonObject => ({
  name: title,
  title,
  contentType: 'application/cloudevents+json',
  correlationId,
  payload: {
    allOf: [refer('components', 'schemas', envelope)],
    properties: { ...(type === null ? {} : { type: { const: type } }), data },
  },
})

/** An event of Buzzer's own, by the part of its type after `dev.buzzer.`. */
export const ownEvent = (type: string, data: JsonObject): JsonObject =>
  eventMessage(type, data, { type: eventTypePrefix + type })
