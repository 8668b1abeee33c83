import type { JsonObject } from '../../../schema/json-pointer.ts'
import { json, merge, problemAnswers, refer, type Answers } from '../answers.ts'
import type { DescribedRoute } from '../described-route.ts'
import { pageParameters } from './jobs.ts'

const id: JsonObject = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string', pattern: '^whk_' },
}
const ifMatch: JsonObject = {
  name: 'If-Match',
  in: 'header',
  schema: { type: 'string' },
  description: 'The `ETag` at which it is expected.',
}
const webhook = refer('schemas', 'Webhook')
const notFound = problemAnswers('webhook-not-found', 'store-unavailable')
const refusals = problemAnswers(
  'malformed-body',
  'payload-too-large',
  'unsupported-media-type',
  'validation-failed',
  'endpoint-url-rejected',
)
const body = (schema: string): JsonObject => ({
  content: { 'application/json': { schema: refer('schemas', schema) } },
})
const changed: Answers = {
  '200': json('As it is now', webhook),
  ...merge(notFound, refusals, problemAnswers('invalid-header', 'precondition-failed')),
}

const tag = 'Webhooks'

/** Where events are delivered. */
export const webhookRoutes: readonly DescribedRoute[] = [
  {
    method: 'post',
    path: '/v1/webhooks',
    operationId: 'createWebhook',
    tag,
    summary: 'Subscribes an endpoint to channels',
    requestBody: { required: true, ...body('NewWebhook') },
    responses: {
      '201': json('It hears of what happens from now on; `secret` is shown once', webhook),
      ...merge(refusals, problemAnswers('overloaded', 'store-unavailable')),
    },
  },
  {
    method: 'get',
    path: '/v1/webhooks',
    operationId: 'listWebhooks',
    tag,
    summary: 'Lists the webhooks of the tenant',
    parameters: pageParameters,
    responses: {
      '200': json('A page of webhooks', refer('schemas', 'WebhookList')),
      ...problemAnswers('invalid-parameter', 'store-unavailable'),
    },
  },
  {
    method: 'get',
    path: '/v1/webhooks/{id}',
    operationId: 'getWebhook',
    tag,
    summary: 'Gives a webhook with its health',
    parameters: [id],
    responses: { '200': json('With its version as `ETag`', webhook), ...notFound },
  },
  {
    method: 'patch',
    path: '/v1/webhooks/{id}',
    operationId: 'changeWebhook',
    tag,
    summary: 'Changes settings by a JSON merge patch (RFC 7396); `enabled` enables it again',
    parameters: [id, ifMatch],
    requestBody: body('WebhookSettings'),
    responses: changed,
  },
  {
    method: 'put',
    path: '/v1/webhooks/{id}',
    operationId: 'replaceWebhook',
    tag,
    summary: 'Puts new settings in the place of all that there are',
    parameters: [id, ifMatch],
    requestBody: body('WebhookSettings'),
    responses: changed,
  },
  {
    method: 'delete',
    path: '/v1/webhooks/{id}',
    operationId: 'removeWebhook',
    tag,
    summary: 'Removes a webhook; what is not sent by then is dropped',
    parameters: [id, ifMatch],
    responses: {
      '204': { description: 'It is gone' },
      ...merge(notFound, problemAnswers('invalid-header', 'precondition-failed')),
    },
  },
  {
    method: 'post',
    path: '/v1/webhooks/{id}/rotate-secret',
    operationId: 'rotateWebhookSecret',
    tag,
    summary: 'Makes a new secret; the one before it signs for a day more',
    parameters: [id],
    requestBody: {
      content: {
        'application/json': {
          schema: { type: 'object', properties: { secret: { type: 'string' } } },
        },
      },
    },
    responses: {
      '200': json('With the new `secret`, once', webhook),
      ...merge(notFound, refusals),
    },
  },
  {
    method: 'get',
    path: '/v1/webhook-keys',
    operationId: 'getWebhookKeys',
    tag,
    summary: 'Gives the public keys by which receivers verify `v1a` signatures',
    responses: { '200': json('The present one first', refer('schemas', 'WebhookKeys')) },
  },
]
