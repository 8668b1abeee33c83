import { json, merge, problemAnswers } from '../answers.ts'
import type { DescribedRoute } from '../described-route.ts'
import type { JsonObject } from '../../../schema/json-pointer.ts'

const hook: JsonObject = {
  name: 'hook',
  in: 'path',
  required: true,
  schema: { type: 'string' },
  description: 'Its name in the configuration.',
}
const id: JsonObject = { type: 'string' }

/** What a sender may be answered with that has done nothing. */
const refusals = problemAnswers(
  'signature-invalid',
  'hook-not-found',
  'malformed-body',
  'payload-too-large',
  'unsupported-media-type',
  'store-unavailable',
  'shutting-down',
)
const body: JsonObject = {
  content: { 'application/json': { schema: {} }, '*/*': { schema: { format: 'binary' } } },
}

export const published = merge(
  {
    '202': json('The event is on disk; a delivery that comes again is the same event', {
      type: 'object',
      required: ['events'],
      properties: {
        events: {
          type: 'array',
          items: { type: 'object', properties: { id, sequence: { type: 'string' } } },
        },
      },
    }),
  },
  refusals,
  problemAnswers('channel-not-found', 'validation-failed', 'overloaded'),
)

export const submitted = merge(
  {
    '202': json('The job is on disk; a delivery that comes again is the same job', {
      type: 'object',
      required: ['job'],
      properties: {
        job: { type: ['string', 'null'], description: 'Null where nothing is left of it.' },
      },
    }),
  },
  refusals,
  problemAnswers('operation-not-found', 'validation-failed', 'overloaded'),
)

/** Incoming webhooks. */
export const hookRoutes: readonly DescribedRoute[] = [
  {
    method: 'post',
    path: '/v1/hooks/{hook}',
    operationId: 'receiveHook',
    tag: 'Hooks',
    summary: "Takes a webhook of somebody else's system, which its signature lets in",
    parameters: [hook],
    requestBody: body,
    responses: merge(published, submitted),
  },
  {
    method: 'post',
    path: '/v1/hooks/{hook}/{job}/{token}',
    operationId: 'finishJob',
    tag: 'Hooks',
    summary: 'Ends a job that waits for its upstream; the address came with the call of that',
    parameters: [
      hook,
      { name: 'job', in: 'path', required: true, schema: id },
      { name: 'token', in: 'path', required: true, schema: id, description: 'Of this run of it.' },
    ],
    requestBody: body,
    responses: merge(
      {
        '200': json('It has ended, by this or before', {
          type: 'object',
          required: ['job', 'state'],
          properties: { job: id, state: { type: 'string' } },
        }),
      },
      refusals,
      problemAnswers('job-not-found', 'job-expired'),
    ),
  },
]
