import type { DeliveryId, EndpointId, Problem } from '@buzzer/contract'
import { replayLane } from '../../core/lane.ts'
import type { Millis } from '../../core/time.ts'
import type { ListedDelivery } from '../../ports/deliveries.ts'
import type { EngineContext } from '../context.ts'
import type { Asker } from '../find.ts'
import { pause } from '../persist.ts'
import { webhookNotFound } from './change-webhook.ts'

export type SentAgain =
  | { readonly kind: 'scheduled'; readonly listed: ListedDelivery }
  | { readonly kind: 'refused'; readonly problem: Problem }

/** Sends one delivery once more, on a schedule that begins anew. */
export async function redeliver(
  ctx: EngineContext,
  { tenant }: Asker,
  id: DeliveryId,
): Promise<SentAgain> {
  const now = ctx.clock.now()
  const redelivered = await ctx.store.deliveries.redeliver(tenant, id, now)
  if (redelivered.kind === 'disabled' && (await isRemoved(ctx, tenant, id)))
    return refused(webhookRemoved)
  if (redelivered.kind !== 'scheduled') return refused(problems[redelivered.kind])
  const { lane } = redelivered.listed.delivery
  ctx.dispatch.trust(lane)
  ctx.dispatch.due(lane, now)
  return redelivered
}

/** Whether it went to a webhook that is gone. */
async function isRemoved(ctx: EngineContext, tenant: string, id: DeliveryId): Promise<boolean> {
  const target = (await ctx.store.deliveries.read(tenant, id))?.delivery.target
  if (target?.kind !== 'endpoint') return false
  return (await ctx.store.endpoints.read(tenant, target.id)) === null
}

export interface RedeliverMany {
  readonly endpoint: EndpointId
  readonly type: string | null
  readonly createdAfter: Millis | null
  readonly createdBefore: Millis | null
  /** Milliseconds between two of them. */
  readonly everyMs: number
  /** The caller went away, or the server stops: what is left stays as it is. */
  readonly signal: AbortSignal
}

export type SentMany =
  | { readonly kind: 'scheduled'; readonly count: number }
  | { readonly kind: 'refused'; readonly problem: Problem }

const pageSize = 100

/**
 * Sends again what failed, in a lane of its own, so that live events do not wait behind it. Each gets
 * a time of its own to be due at, which is stored with it: a restart changes nothing.
 */
export async function redeliverFailed(
  ctx: EngineContext,
  { tenant }: Asker,
  { endpoint, everyMs, signal, ...filter }: RedeliverMany,
): Promise<SentMany> {
  const problem = await whyNotSent(ctx, tenant, endpoint)
  if (problem !== null) return { kind: 'refused', problem }
  const lane = replayLane(endpoint)
  const start = ctx.clock.now()
  // What fails while this goes on is not for this call.
  const createdBefore = Math.min(filter.createdBefore ?? Infinity, start)
  let count = 0
  let cursor: string | null = null
  for (;;) {
    const began = ctx.clock.monotonic()
    const firstDueAt = Math.round(start + count * everyMs)
    const terms = { tenant, endpoint, ...filter, createdBefore, lane, everyMs, firstDueAt }
    const page: { readonly count: number; readonly next: string | null } =
      await ctx.store.deliveries.redeliverFailed({ ...terms, limit: pageSize, cursor })
    count += page.count
    if (page.count > 0) ctx.dispatch.due(lane, firstDueAt)
    if (page.next === null || signal.aborted) return { kind: 'scheduled', count }
    cursor = page.next
    // Half of the store is for others.
    await pause(ctx, ctx.clock.monotonic() - began)
  }
}

/** A test and a replay go to an endpoint that is there and enabled. */
export async function whyNotSent(
  ctx: EngineContext,
  tenant: string,
  id: EndpointId,
): Promise<Problem | null> {
  const endpoint = await ctx.store.endpoints.read(tenant, id)
  if (endpoint === null) return webhookNotFound
  return endpoint.enabled ? null : problems.disabled
}

const refused = (problem: Problem): SentAgain => ({ kind: 'refused', problem })

const webhookRemoved: Problem = {
  code: 'webhook-not-found',
  detail: 'The webhook that it went to was removed, so that it cannot be sent again.',
}

export const deliveryNotFound: Problem = {
  code: 'delivery-not-found',
  detail: 'There is no delivery with this id, or it is past its retention.',
}

const problems = {
  'unknown': deliveryNotFound,
  'disabled': {
    code: 'webhook-disabled',
    detail:
      'The webhook is disabled, so that nothing is sent to it. Enable it first: ' +
      'PATCH /v1/webhooks/{id} with {"enabled": true}.',
  },
  'being-sent': {
    code: 'delivery-being-sent',
    detail: 'It is being sent at this moment. See what comes of it first.',
  },
  'erased': {
    code: 'delivery-erased',
    detail: 'What was to be delivered was erased with its job, so that it cannot be sent again.',
  },
} as const satisfies Record<string, Problem>
