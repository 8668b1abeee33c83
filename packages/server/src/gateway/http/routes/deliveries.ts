import { parseDeliveryId, type DeliveryListDocument, type EndpointId } from '@buzzer/contract'
import {
  deliveryNotFound,
  type SentAgain,
  type SentMany,
} from '../../../engine/webhooks/send-again.ts'
import { json, type Answer } from '../answer/answer.ts'
import { deliveryAnswer, documentOf, wholeDeliveryAnswer } from '../answer/delivery.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import { readDeliveryQuery } from '../request/delivery-query.ts'
import { findWebhook, webhookIdIn } from '../request/find-webhook.ts'
import type { HttpRequest } from '../request/http-request.ts'
import { readJsonObject } from '../request/json-object.ts'
import { readFailedOnes, readReplay } from '../request/send-again-order.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

const scope = 'webhooks:manage'

/** What was delivered to a webhook, or is to be; newest first. */
export const listDeliveriesOfWebhook: Route = {
  method: 'GET',
  path: '/v1/webhooks/:id/deliveries',
  scope,
  async handle(ctx, request) {
    const endpoint = await findWebhook(ctx, request)
    return isProblem(endpoint) ? refuse(ctx, request, endpoint) : list(ctx, request, endpoint.id)
  },
}

/** The same over all webhooks and callbacks. */
export const listDeliveries: Route = {
  method: 'GET',
  path: '/v1/deliveries',
  scope,
  handle: (ctx, request) => list(ctx, request, null),
}

/** One with every attempt. */
export const getDelivery: Route = {
  method: 'GET',
  path: '/v1/deliveries/:id',
  scope,
  async handle(ctx, request) {
    const id = parseDeliveryId(request.params['id'] ?? '')
    const whole = id === null ? null : await ctx.engine.webhooks.delivery(request.caller, id)
    if (whole === null) return refuse(ctx, request, deliveryNotFound)
    return wholeDeliveryAnswer(ctx, request.caller, whole)
  },
}

/** Sends one once more. */
export const redeliver: Route = {
  method: 'POST',
  path: '/v1/deliveries/:id/redeliver',
  scope,
  async handle(ctx, request) {
    const id = parseDeliveryId(request.params['id'] ?? '')
    if (id === null) return refuse(ctx, request, deliveryNotFound)
    return sent(ctx, request, await ctx.engine.webhooks.redeliver(request.caller, id))
  },
}

/** Delivers an event that means nothing, to see whether it arrives. */
export const testWebhook: Route = {
  method: 'POST',
  path: '/v1/webhooks/:id/test',
  scope,
  async handle(ctx, request) {
    const id = webhookIdIn(request)
    if (isProblem(id)) return refuse(ctx, request, id)
    return sent(ctx, request, await ctx.engine.webhooks.test(request.caller, id))
  },
}

/** Sends again what failed, at a rate. */
export const redeliverFailed: Route = {
  method: 'POST',
  path: '/v1/webhooks/:id/redeliver',
  scope,
  async handle(ctx, request) {
    const endpoint = webhookIdIn(request)
    if (isProblem(endpoint)) return refuse(ctx, request, endpoint)
    const order = await readJsonObject(ctx, request, readFailedOnes)
    if (isProblem(order)) return refuse(ctx, request, order)
    const { webhooks } = ctx.engine
    const wish = { endpoint, signal: endOf(ctx, request), ...order }
    return counted(ctx, request, await webhooks.redeliverFailed(request.caller, wish))
  },
}

/** Delivers what is kept of a range of time once more, at a rate. */
export const replayWebhook: Route = {
  method: 'POST',
  path: '/v1/webhooks/:id/replay',
  scope,
  async handle(ctx, request) {
    const endpoint = webhookIdIn(request)
    if (isProblem(endpoint)) return refuse(ctx, request, endpoint)
    const order = await readJsonObject(ctx, request, (members) =>
      readReplay(members, ctx.clock.now()),
    )
    if (isProblem(order)) return refuse(ctx, request, order)
    const { webhooks } = ctx.engine
    const wish = { endpoint, signal: endOf(ctx, request), ...order }
    return counted(ctx, request, await webhooks.replay(request.caller, wish))
  },
}

async function list(
  ctx: HttpContext,
  request: HttpRequest,
  endpoint: EndpointId | null,
): Promise<Answer> {
  const query = readDeliveryQuery(request, endpoint)
  if (isProblem(query)) return refuse(ctx, request, query)
  const { items, next } = await ctx.engine.webhooks.deliveries.list(query)
  const deliveries = items.map((listed) => documentOf(ctx, request.caller, listed))
  const document: DeliveryListDocument = { deliveries, next }
  return json(200, document, { 'cache-control': 'no-store' })
}

/** Nobody is told the count any more; what is done by then is done. */
const endOf = (ctx: HttpContext, request: HttpRequest): AbortSignal =>
  AbortSignal.any([request.closed(), ctx.stopping])

const sent = (ctx: HttpContext, request: HttpRequest, outcome: SentAgain): Answer =>
  outcome.kind === 'refused'
    ? refuse(ctx, request, outcome.problem)
    : deliveryAnswer(ctx, request.caller, 202, outcome.listed)

const counted = (ctx: HttpContext, request: HttpRequest, outcome: SentMany): Answer =>
  outcome.kind === 'refused'
    ? refuse(ctx, request, outcome.problem)
    : json(202, { count: outcome.count }, { 'cache-control': 'no-store' })
