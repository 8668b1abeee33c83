import type { JsonObject } from '../../schema/json-pointer.ts'
import { refer } from './answers.ts'

const header = (name: string, description: string): JsonObject => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
})

/** What a receiver gets, as Standard Webhooks 1.0.0 has it. */
const delivery = (operationId: string, summary: string): JsonObject => ({
  post: {
    operationId,
    summary,
    description:
      'Any status from 200 to 299 within the timeout is taken as received; anything else is tried ' +
      'again on the schedule, `Retry-After` is honoured, and 410 ends it. The same event may come ' +
      'more than once, always with the same `webhook-id`.',
    parameters: [
      header('webhook-id', 'The delivery: the same on every attempt.'),
      header('webhook-timestamp', 'Of the attempt, in seconds since 1970.'),
      header(
        'webhook-signature',
        'Divided by spaces: `v1,…` (HMAC-SHA-256 with each secret) and `v1a,…` (Ed25519, see /v1/webhook-keys) of `{id}.{timestamp}.{body}`.',
      ),
    ],
    requestBody: {
      required: true,
      content: { 'application/cloudevents+json': { schema: refer('schemas', 'CloudEvent') } },
    },
    responses: {
      '2XX': { description: 'Received' },
      '410': { description: 'Nothing more is wanted: the webhook is disabled' },
    },
  },
})

export const webhooks: JsonObject = {
  event: delivery('receiveEvent', 'An event on a channel that a webhook subscribes to'),
}

/** For every submission that names where to. */
export const callbacks: Readonly<Record<string, JsonObject>> = {
  JobEvents: {
    '{$request.header.Callback-URL}': delivery('receiveJobEvent', 'What became of the job'),
  },
}

export const callbacksOfSubmission: JsonObject = {
  jobEvents: { $ref: '#/components/callbacks/JobEvents' },
}
