import { json, problemAnswers, refer, submissionProblems } from '../answers.ts'
import { submissionParameters } from '../components.ts'
import type { DescribedRoute } from '../described-route.ts'
import { pageParameters } from './jobs.ts'

/** Operations that run by themselves. */
export const scheduleRoutes: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/v1/schedules',
    operationId: 'listSchedules',
    tag: 'Operations',
    summary: 'Lists the operations that run by themselves, and when',
    parameters: pageParameters,
    responses: {
      '200': json('In the order of their names', refer('schemas', 'ScheduleList')),
      ...problemAnswers('invalid-parameter', 'store-unavailable'),
    },
  },
  {
    method: 'post',
    path: '/v1/schedules/{operation}/run',
    operationId: 'runSchedule',
    tag: 'Operations',
    summary: 'Runs a scheduled operation now, besides its times',
    parameters: [
      { name: 'operation', in: 'path', required: true, schema: { type: 'string' } },
      ...submissionParameters,
    ],
    responses: {
      '200': refer('responses', 'Result'),
      '202': refer('responses', 'Accepted'),
      ...submissionProblems,
      ...problemAnswers('operation-not-found'),
    },
  },
]
