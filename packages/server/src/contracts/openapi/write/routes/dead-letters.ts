import type { JsonObject } from '../../../schema/json-pointer.ts'
import { json, problemAnswers, refer } from '../answers.ts'
import type { DescribedRoute } from '../described-route.ts'
import { pageParameters, query } from './jobs.ts'

const filter: JsonObject = {
  content: { 'application/json': { schema: refer('schemas', 'DeadLetterFilter') } },
}
const count = json('How many there were', refer('schemas', 'DeadLetterCount'))
const refusals = problemAnswers(
  'malformed-body',
  'payload-too-large',
  'unsupported-media-type',
  'validation-failed',
  'store-unavailable',
)

/** Jobs that used up their attempts. */
export const deadLetterRoutes: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/v1/dead-letters',
    operationId: 'listDeadLetters',
    tag: 'Dead letters',
    summary: 'Lists jobs that used up their attempts, or what they died of',
    parameters: [
      query('operation', { type: 'string' }),
      query('code', { type: 'string' }, 'Of the error.'),
      query('group', { type: 'string' }, 'As `groupBy=error` names it.'),
      query('tag', { type: 'string' }),
      query('after', { type: 'string', format: 'date-time' }, 'Created after then.'),
      query('before', { type: 'string', format: 'date-time' }, 'Created before then.'),
      query('ids', { type: 'string' }, 'Separated by commas.'),
      query('groupBy', { type: 'string', enum: ['error'] }, 'Groups of the same fault instead.'),
      ...pageParameters,
    ],
    responses: {
      '200': json('A page of jobs, or of groups', {
        oneOf: [refer('schemas', 'JobList'), refer('schemas', 'DeadLetterGroups')],
      }),
      ...problemAnswers('invalid-parameter', 'store-unavailable'),
    },
  },
  {
    method: 'post',
    path: '/v1/dead-letters/retry',
    operationId: 'retryDeadLetters',
    tag: 'Dead letters',
    summary: 'Runs dead letters again, the oldest first, at a rate if one is given',
    requestBody: filter,
    responses: { '202': count, ...refusals },
  },
  {
    method: 'post',
    path: '/v1/dead-letters/discard',
    operationId: 'discardDeadLetters',
    tag: 'Dead letters',
    summary: 'Erases dead letters; all of them only where the body says so',
    requestBody: filter,
    responses: { '200': count, ...refusals },
  },
]
