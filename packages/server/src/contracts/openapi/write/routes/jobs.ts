import { finalStates, jobStates } from '@buzzer/contract'
import type { JsonObject } from '../../../schema/json-pointer.ts'
import { json, merge, outcomeProblems, problemAnswers, refer, wholeOrPart } from '../answers.ts'
import type { DescribedRoute } from '../described-route.ts'

const id = refer('parameters', 'JobId')
const prefer = refer('parameters', 'Prefer')
const fields = refer('parameters', 'Fields')
const job = refer('schemas', 'Job')
const notFound = problemAnswers('job-not-found', 'store-unavailable')

export const query = (name: string, schema: JsonObject, description?: string): JsonObject => ({
  name,
  in: 'query',
  schema,
  ...(description === undefined ? {} : { description }),
})

/** Of what can be followed from a URL alone. */
export const ticket = query(
  'ticket',
  { type: 'string' },
  'In place of a credential, where headers cannot be set: from `POST /v1/tickets`.',
)

export const pageParameters: readonly JsonObject[] = [
  query('limit', { type: 'integer', minimum: 1, maximum: 1_000, default: 100 }),
  query('cursor', { type: 'string' }, 'What `next` of the page before said.'),
]

const bytes: JsonObject = { content: { '*/*': {} } }
const time: JsonObject = { type: 'string', format: 'date-time' }

export const jobRoutes: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/v1/jobs',
    operationId: 'listJobs',
    tag: 'Jobs',
    summary: 'Lists jobs, newest first',
    parameters: [
      query('operation', { type: 'string' }),
      query('state', { type: 'string', enum: [...jobStates] }),
      query('tag', { type: 'string' }),
      query('after', time),
      query('before', time),
      ...pageParameters,
    ],
    responses: {
      '200': json('A page of jobs', refer('schemas', 'JobList')),
      ...problemAnswers('invalid-parameter', 'store-unavailable'),
    },
  },
  {
    method: 'get',
    path: '/v1/jobs/{id}',
    operationId: 'getJob',
    tag: 'Jobs',
    summary: 'Says how a job stands, at once or when it changes',
    parameters: [
      id,
      prefer,
      { name: 'If-None-Match', in: 'header', schema: { type: 'string' } },
      fields,
    ],
    responses: {
      '200': json('The job, with a weak `ETag` of its version', wholeOrPart('Job')),
      '304': { description: 'It has not changed' },
      ...merge(notFound, problemAnswers('invalid-parameter')),
    },
  },
  {
    method: 'delete',
    path: '/v1/jobs/{id}',
    operationId: 'eraseJob',
    tag: 'Jobs',
    summary: 'Erases a finished job with its payloads',
    parameters: [id],
    responses: {
      '204': { description: 'Erased' },
      ...merge(notFound, problemAnswers('job-not-finished')),
    },
  },
  {
    method: 'get',
    path: '/v1/jobs/{id}/result',
    operationId: 'getResult',
    tag: 'Jobs',
    summary: 'Gives the result, at once or when it is there',
    parameters: [
      id,
      prefer,
      fields,
      ...['Range', 'If-Range', 'If-None-Match'].map((name) => ({
        name,
        in: 'header',
        schema: { type: 'string' },
        description: 'As RFC 9110 has it, by the `ETag` of the result.',
      })),
    ],
    responses: {
      '200': refer('responses', 'Result'),
      '206': { ...bytes, description: 'The part of it that `Range` names' },
      '304': { description: 'It is what `If-None-Match` names' },
      'default': refer('responses', 'Result'),
      ...merge(
        notFound,
        problemAnswers(
          'result-not-ready',
          'job-expired',
          'not-acceptable',
          'range-not-satisfiable',
        ),
        outcomeProblems,
      ),
    },
  },
  {
    method: 'get',
    path: '/v1/jobs/{id}/events',
    operationId: 'watchJob',
    tag: 'Jobs',
    summary: 'Streams what happens to a job, as Server-Sent Events',
    parameters: [
      ticket,
      id,
      {
        name: 'Last-Event-ID',
        in: 'header',
        schema: { type: 'string' },
        description: 'The version that was seen last; the stream goes on after it.',
      },
      query('since', { type: 'string' }, 'The same as `Last-Event-ID`.'),
    ],
    responses: {
      '200': {
        description: `Events whose \`data\` is a CloudEvent; the stream ends when the job is ${finalStates.join(', ')}`,
        content: { 'text/event-stream': { schema: { type: 'string' } } },
      },
      '204': { description: 'There is nothing more to come' },
      ...merge(notFound, problemAnswers('invalid-header', 'invalid-parameter', 'not-acceptable')),
    },
  },
  {
    method: 'post',
    path: '/v1/jobs/{id}/cancel',
    operationId: 'cancelJob',
    tag: 'Jobs',
    summary: 'Cancels a job; a running one is told to stop',
    parameters: [id],
    responses: {
      '200': json('It was cancelled already', job),
      '202': json('It is cancelled, or told to stop', job),
      ...merge(notFound, problemAnswers('job-finished')),
    },
  },
  {
    method: 'post',
    path: '/v1/jobs/{id}/retry',
    operationId: 'retryJob',
    tag: 'Jobs',
    summary: 'Runs a failed job again, with fresh attempts',
    parameters: [id],
    responses: {
      '202': json('It is queued for its next run', job),
      ...merge(notFound, problemAnswers('job-not-failed')),
    },
  },
]
