import { defaultDeliveryPolicy } from '../../../core/delivery-policy.ts'
import type { Caller } from '../../../core/scope.ts'
import type { ListedDelivery, WholeDelivery } from '../../../ports/deliveries.ts'
import {
  deliveryDocument,
  wholeDeliveryDocument,
  type DeliveryGoal,
} from '../../delivery-document.ts'
import type { HttpContext } from '../context.ts'
import { json, type Answer } from './answer.ts'

const uncached = { 'cache-control': 'no-store' }

export const deliveryAnswer = (
  ctx: HttpContext,
  caller: Caller,
  status: 200 | 202,
  listed: ListedDelivery,
): Answer => json(status, documentOf(ctx, caller, listed), uncached)

export const wholeDeliveryAnswer = (
  ctx: HttpContext,
  caller: Caller,
  whole: WholeDelivery,
): Answer =>
  json(200, wholeDeliveryDocument(whole, goalOf(ctx, caller, whole), ctx.publicUrl()), uncached)

export const documentOf = (ctx: HttpContext, caller: Caller, listed: ListedDelivery) =>
  deliveryDocument(listed, goalOf(ctx, caller, listed), ctx.publicUrl())

/** Of an endpoint that is gone nobody knows any more where it was. */
function goalOf(
  { engine }: HttpContext,
  caller: Caller,
  { delivery: { target }, callbackUrl }: ListedDelivery,
): DeliveryGoal {
  const maxAttempts = defaultDeliveryPolicy.scheduleMs.length
  if (target.kind === 'callback') return { url: callbackUrl, maxAttempts }
  return engine.webhooks.goalOf(caller, target.id) ?? { url: null, maxAttempts }
}
