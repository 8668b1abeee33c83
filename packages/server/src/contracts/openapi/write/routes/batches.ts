import type { JsonObject } from '../../../schema/json-pointer.ts'
import { json, merge, problemAnswers, refer, wholeOrPart } from '../answers.ts'
import type { DescribedRoute } from '../described-route.ts'
import { callbacksOfSubmission } from '../outgoing.ts'
import { query, ticket } from './jobs.ts'

const id: JsonObject = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string', pattern: '^bat_' },
}
const batch = refer('schemas', 'Batch')
const notFound = problemAnswers('batch-not-found', 'batch-expired', 'store-unavailable')

/** Jobs that are accepted together and watched as one. */
export const batchRoutes: readonly DescribedRoute[] = [
  {
    method: 'post',
    path: '/v1/batches',
    operationId: 'submitBatch',
    tag: 'Batches',
    summary: 'Accepts up to 1,000 jobs at once: all of them or none',
    parameters: [
      refer('parameters', 'IdempotencyKey'),
      refer('parameters', 'CallbackUrl'),
      refer('parameters', 'CallbackEvents'),
      refer('parameters', 'CallbackSecret'),
      refer('parameters', 'TraceParent'),
      refer('parameters', 'TraceState'),
    ],
    requestBody: {
      required: true,
      content: { 'application/json': { schema: refer('schemas', 'BatchSubmission') } },
    },
    responses: {
      '202': json('All are durable', refer('schemas', 'AcceptedBatch')),
      ...problemAnswers(
        'malformed-body',
        'invalid-header',
        'payload-too-large',
        'unsupported-media-type',
        'validation-failed',
        'callback-url-rejected',
        'idempotency-key-reused',
        'job-expired',
        'batch-expired',
        'overloaded',
        'store-unavailable',
        'shutting-down',
      ),
    },
    callbacks: callbacksOfSubmission,
  },
  {
    method: 'get',
    path: '/v1/batches/{id}',
    operationId: 'getBatch',
    tag: 'Batches',
    summary: 'Says how many jobs of a batch stand where, at once or when all have ended',
    parameters: [
      id,
      refer('parameters', 'Prefer'),
      { name: 'If-None-Match', in: 'header', schema: { type: 'string' } },
      refer('parameters', 'Fields'),
    ],
    responses: {
      '200': json('The batch, with a weak `ETag`', wholeOrPart('Batch')),
      '304': { description: 'It has not changed' },
      ...merge(notFound, problemAnswers('invalid-parameter')),
    },
  },
  {
    method: 'get',
    path: '/v1/batches/{id}/events',
    operationId: 'watchBatch',
    tag: 'Batches',
    summary: 'Streams the outcomes of a batch, as Server-Sent Events',
    parameters: [
      ticket,
      id,
      {
        name: 'Last-Event-ID',
        in: 'header',
        schema: { type: 'string' },
        description: 'The offset of the event that was seen last; the stream goes on after it.',
      },
      query('since', { type: 'string' }, 'The same as `Last-Event-ID`.'),
    ],
    responses: {
      '200': {
        description: 'Events whose `data` is a CloudEvent; the stream ends with the batch',
        content: { 'text/event-stream': { schema: { type: 'string' } } },
      },
      '204': { description: 'There is nothing more to come' },
      ...merge(notFound, problemAnswers('invalid-header', 'invalid-parameter', 'not-acceptable')),
    },
  },
  {
    method: 'get',
    path: '/v1/batches/{id}/results',
    operationId: 'getBatchResults',
    tag: 'Batches',
    summary: 'Gives what became of each job, in the order of the batch',
    parameters: [id],
    responses: {
      '200': json('One entry for each job; a state only where it has not ended', {
        type: 'array',
        items: refer('schemas', 'BatchResult'),
      }),
      ...notFound,
    },
  },
  {
    method: 'post',
    path: '/v1/batches/{id}/cancel',
    operationId: 'cancelBatch',
    tag: 'Batches',
    summary: 'Cancels all jobs that have not ended; running ones are told to stop',
    parameters: [id],
    responses: {
      '200': json('It was cancelled already', batch),
      '202': json('They are cancelled, or told to stop', batch),
      ...merge(notFound, problemAnswers('batch-finished')),
    },
  },
]
