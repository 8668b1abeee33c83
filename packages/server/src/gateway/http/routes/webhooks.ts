import type { Problem, WebhookListDocument } from '@buzzer/contract'
import type { WebhookChanged } from '../../../engine/webhooks/change-webhook.ts'
import type { WebhookWish } from '../../../engine/webhooks/webhook-wish.ts'
import { webhookDocument } from '../../webhook-document.ts'
import { empty, json, type Answer } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import { webhookAnswer } from '../answer/webhook.ts'
import type { HttpContext } from '../context.ts'
import { findWebhook, webhookIdIn } from '../request/find-webhook.ts'
import type { HttpRequest } from '../request/http-request.ts'
import { readJsonObject, type Members } from '../request/json-object.ts'
import { takePage } from '../request/page.ts'
import { readPrecondition } from '../request/precondition.ts'
import {
  readNewWebhook,
  readRotation,
  readWebhookPatch,
  readWholeWebhook,
  type Channels,
} from '../request/webhook-wish.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

const scope = 'webhooks:manage'
const path = '/v1/webhooks/:id'

/** Subscribes an endpoint; its secret is shown in this answer alone. */
export const createWebhook: Route = {
  method: 'POST',
  path: '/v1/webhooks',
  scope,
  async handle(ctx, request) {
    const wish = await readJsonObject(ctx, request, (members) =>
      readNewWebhook(members, ctx.catalog),
    )
    if (isProblem(wish)) return refuse(ctx, request, wish)
    return changed(ctx, request, 201, await ctx.engine.webhooks.create(request.caller, wish))
  },
}

export const listWebhooks: Route = {
  method: 'GET',
  path: '/v1/webhooks',
  scope,
  async handle(ctx, request) {
    const { webhooks: engine } = ctx.engine
    const page = takePage(request, await engine.list(request.caller), ({ id }) => id)
    if (isProblem(page)) return refuse(ctx, request, page)
    const webhooks = page.items.map((endpoint) =>
      webhookDocument(endpoint, engine.wishOf(endpoint), ctx.publicUrl()),
    )
    const list: WebhookListDocument = { webhooks, next: page.next }
    return json(200, list, { 'cache-control': 'no-store' })
  },
}

export const getWebhook: Route = {
  method: 'GET',
  path,
  scope,
  async handle(ctx, request) {
    const endpoint = await findWebhook(ctx, request)
    if (isProblem(endpoint)) return refuse(ctx, request, endpoint)
    return webhookAnswer(ctx, 200, endpoint)
  },
}

/** Changes settings by a JSON merge patch (RFC 7396). */
export const patchWebhook: Route = {
  method: 'PATCH',
  path,
  scope,
  handle: (ctx, request) => change(ctx, request, readWebhookPatch),
}

/** Puts new settings in the place of all that there are. */
export const putWebhook: Route = {
  method: 'PUT',
  path,
  scope,
  handle: (ctx, request) => change(ctx, request, readWholeWebhook),
}

export const removeWebhook: Route = {
  method: 'DELETE',
  path,
  scope,
  async handle(ctx, request) {
    const id = webhookIdIn(request)
    if (isProblem(id)) return refuse(ctx, request, id)
    const expects = readPrecondition(request)
    if (isProblem(expects)) return refuse(ctx, request, expects)
    const problem = await ctx.engine.webhooks.remove(request.caller, id, expects)
    return problem === null ? empty(204) : refuse(ctx, request, problem)
  },
}

/** Makes a new secret; the one before it signs for a day more. */
export const rotateSecret: Route = {
  method: 'POST',
  path: `${path}/rotate-secret`,
  scope,
  async handle(ctx, request) {
    const id = webhookIdIn(request)
    if (isProblem(id)) return refuse(ctx, request, id)
    const rotation = await readJsonObject(ctx, request, readRotation)
    if (isProblem(rotation)) return refuse(ctx, request, rotation)
    const { webhooks } = ctx.engine
    return changed(
      ctx,
      request,
      200,
      await webhooks.rotateSecret(request.caller, id, rotation.secret),
    )
  },
}

async function change(
  ctx: HttpContext,
  request: HttpRequest,
  read: (before: WebhookWish, members: Members, channels: Channels) => WebhookWish | Problem,
): Promise<Answer> {
  const id = webhookIdIn(request)
  if (isProblem(id)) return refuse(ctx, request, id)
  const expects = readPrecondition(request)
  if (isProblem(expects)) return refuse(ctx, request, expects)
  const wishAfter = await readJsonObject(
    ctx,
    request,
    (members) => (before: WebhookWish) => read(before, members, ctx.catalog),
  )
  if (isProblem(wishAfter)) return refuse(ctx, request, wishAfter)
  const outcome = await ctx.engine.webhooks.change(request.caller, id, expects, wishAfter)
  return changed(ctx, request, 200, outcome)
}

function changed(
  ctx: HttpContext,
  request: HttpRequest,
  status: 200 | 201,
  outcome: WebhookChanged,
): Answer {
  if (outcome.kind === 'refused') return refuse(ctx, request, outcome.problem)
  return webhookAnswer(ctx, status, outcome.endpoint, outcome.secret)
}
