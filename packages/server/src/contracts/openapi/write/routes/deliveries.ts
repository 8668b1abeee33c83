import { deliveryStates } from '@buzzer/contract'
import type { JsonObject } from '../../../schema/json-pointer.ts'
import { json, merge, problemAnswers, refer, type Answers } from '../answers.ts'
import type { DescribedRoute } from '../described-route.ts'
import { pageParameters, query } from './jobs.ts'

const pathId = (prefix: string): JsonObject => ({
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string', pattern: `^${prefix}_` },
})
const webhookId = pathId('whk')
const deliveryId = pathId('dlv')
const time: JsonObject = { type: 'string', format: 'date-time' }
const narrowing: readonly JsonObject[] = [
  query('state', { type: 'string' }, `One or more of ${deliveryStates.join(', ')}, by commas.`),
  query('type', { type: 'string' }, 'Of the event.'),
  query('event', { type: 'string' }, 'The id of the event.'),
  query('after', time, 'Created after then.'),
  query('before', time, 'Created before then.'),
  ...pageParameters,
]
const list: Answers = {
  '200': json('A page of deliveries, newest first', refer('schemas', 'DeliveryList')),
  ...problemAnswers('invalid-parameter', 'store-unavailable'),
}
const delivery = refer('schemas', 'Delivery')
const notFound = problemAnswers('delivery-not-found', 'store-unavailable')
const webhookNotFound = problemAnswers('webhook-not-found', 'webhook-disabled', 'store-unavailable')
const orderProblems = problemAnswers(
  'malformed-body',
  'payload-too-large',
  'unsupported-media-type',
  'validation-failed',
)
const rate: JsonObject = {
  type: ['number', 'string'],
  default: 50,
  description: 'How many a second, or text such as `100/m`.',
}
const order = (properties: JsonObject, ...required: readonly string[]): JsonObject => ({
  content: { 'application/json': { schema: { type: 'object', required, properties } } },
})
const counted: Answers = {
  '202': json('How many are scheduled', refer('schemas', 'SentAgain')),
  ...merge(webhookNotFound, orderProblems),
}

const tag = 'Webhooks'

/** Events on their way to webhooks and callbacks. */
export const deliveryRoutes: readonly DescribedRoute[] = [
  {
    method: 'get',
    path: '/v1/webhooks/{id}/deliveries',
    operationId: 'listDeliveriesOfWebhook',
    tag,
    summary: 'Lists what was delivered to a webhook, or is to be',
    parameters: [webhookId, ...narrowing],
    responses: merge(list, problemAnswers('webhook-not-found')),
  },
  {
    method: 'get',
    path: '/v1/deliveries',
    operationId: 'listDeliveries',
    tag,
    summary: 'Searches the deliveries of all webhooks and callbacks',
    parameters: [
      query('webhook', { type: 'string' }),
      query('job', { type: 'string' }, 'What is about this job.'),
      ...narrowing,
    ],
    responses: list,
  },
  {
    method: 'get',
    path: '/v1/deliveries/{id}',
    operationId: 'getDelivery',
    tag,
    summary: 'Gives a delivery with every attempt',
    parameters: [deliveryId],
    responses: {
      '200': json('With what was answered each time', refer('schemas', 'WholeDelivery')),
      ...notFound,
    },
  },
  {
    method: 'post',
    path: '/v1/deliveries/{id}/redeliver',
    operationId: 'redeliver',
    tag,
    summary: 'Sends a delivery once more, on a schedule that begins anew',
    parameters: [deliveryId],
    responses: {
      '202': json('It is scheduled', delivery),
      ...merge(
        notFound,
        problemAnswers(
          'webhook-not-found',
          'webhook-disabled',
          'delivery-being-sent',
          'delivery-erased',
        ),
      ),
    },
  },
  {
    method: 'post',
    path: '/v1/webhooks/{id}/test',
    operationId: 'testWebhook',
    tag,
    summary: 'Delivers an event of the type `dev.buzzer.webhook.test`',
    parameters: [webhookId],
    responses: { '202': json('It is under way', delivery), ...webhookNotFound },
  },
  {
    method: 'post',
    path: '/v1/webhooks/{id}/redeliver',
    operationId: 'redeliverFailed',
    tag,
    summary: 'Sends again what failed, at a rate, beside live events',
    parameters: [webhookId],
    requestBody: order({ after: time, before: time, type: { type: 'string' }, rate }),
    responses: counted,
  },
  {
    method: 'post',
    path: '/v1/webhooks/{id}/replay',
    operationId: 'replayWebhook',
    tag,
    summary: 'Delivers what is kept of a range of time once more, at a rate, beside live events',
    parameters: [webhookId],
    requestBody: order({ since: time, until: time, channel: { type: 'string' }, rate }, 'since'),
    responses: counted,
  },
]
