import type { JsonObject } from '../../../schema/json-pointer.ts'
import { json, problemAnswers, refer } from '../answers.ts'
import type { DescribedRoute } from '../described-route.ts'
import { pageParameters, query } from './jobs.ts'

const filter: JsonObject = {
  content: { 'application/json': { schema: refer('schemas', 'DeadLetterFilter') } },
}
const counted = {
  '200': json('How many there were', refer('schemas', 'Count')),
  ...problemAnswers('malformed-body', 'validation-failed', 'store-unavailable'),
}

/** Jobs that used up their attempts. */
export const deadLetterRoutes: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/v1/dead-letters',
    operationId: 'listDeadLetters',
    tag: 'Dead letters',
    summary: 'Lists jobs that used up their attempts',
    parameters: [
      query('operation', { type: 'string' }),
      query('tag', { type: 'string' }),
      ...pageParameters,
    ],
    responses: {
      '200': json('A page of jobs', refer('schemas', 'JobList')),
      ...problemAnswers('invalid-parameter', 'store-unavailable'),
    },
  },
  {
    method: 'post',
    path: '/v1/dead-letters/retry',
    operationId: 'retryDeadLetters',
    tag: 'Dead letters',
    summary: 'Runs dead letters again',
    requestBody: filter,
    responses: counted,
  },
  {
    method: 'post',
    path: '/v1/dead-letters/discard',
    operationId: 'discardDeadLetters',
    tag: 'Dead letters',
    summary: 'Erases dead letters',
    requestBody: filter,
    responses: counted,
  },
]
