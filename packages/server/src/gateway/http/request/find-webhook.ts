import { parseEndpointId, type EndpointId, type Problem } from '@buzzer/contract'
import type { Endpoint } from '../../../core/endpoint.ts'
import { webhookNotFound } from '../../../engine/webhooks/change-webhook.ts'
import type { HttpContext } from '../context.ts'
import type { HttpRequest } from './http-request.ts'

/** The id in the path, as far as it is one. */
export const webhookIdIn = ({ params }: Pick<HttpRequest, 'params'>): EndpointId | Problem =>
  parseEndpointId(params['id'] ?? '') ?? webhookNotFound

/** The webhook in the path, if there is one of this caller's tenant. */
export async function findWebhook(
  { engine }: HttpContext,
  request: Pick<HttpRequest, 'params' | 'caller'>,
): Promise<Endpoint | Problem> {
  const id = webhookIdIn(request)
  if (typeof id !== 'string') return id
  return (await engine.webhooks.read(request.caller, id)) ?? webhookNotFound
}
