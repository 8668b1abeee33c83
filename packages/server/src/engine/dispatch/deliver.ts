import type { DisableReason } from '@buzzer/contract'
import { moveDelivery, type DeliveryInput } from '../../core/delivery.ts'
import { nextAttemptAt } from '../../core/delivery-policy.ts'
import type { Millis } from '../../core/time.ts'
import { endpointsTopic } from '../../ports/bus.ts'
import type { Sent } from '../../ports/channel.ts'
import type {
  ClaimedDelivery,
  DeliveryAttempt,
  DeliverySettlement,
} from '../../ports/deliveries.ts'
import type { EngineContext } from '../context.ts'
import { persist } from '../persist.ts'
import { outgoingOf, type Outgoing } from './outgoing.ts'
import { reportDelivery } from './report-delivery.ts'

/** What came of an attempt, before it is written down. */
export type Tried =
  | {
      readonly kind: 'tried'
      readonly settlement: DeliverySettlement
      readonly tookMs: number
    }
  /** It was called off; nobody may have got it. */
  | { readonly kind: 'unsent' }

/** Sends a delivery once. */
export async function tryOnce(
  ctx: EngineContext,
  claimed: ClaimedDelivery,
  signal: AbortSignal,
): Promise<Tried> {
  const at = ctx.clock.now()
  const began = ctx.clock.monotonic()
  const outgoing = outgoingOf(ctx, claimed)
  const sent =
    outgoing.kind === 'delivery'
      ? await ctx.deliveryChannel.send(outgoing.delivery, signal)
      : neverSent(outgoing.reason)
  // What was called off by a stop of this node says nothing of its receiver.
  if (sent.kind === 'unsent' || (sent.kind === 'failed' && signal.aborted))
    return { kind: 'unsent' }
  const tookMs = ctx.clock.monotonic() - began
  const settlement = settlementOf(ctx, claimed, outgoing, sent, { at, tookMs })
  return { kind: 'tried', settlement, tookMs }
}

/** Records what came of an attempt. @returns when it is due again; null where it has ended */
export async function recordTry(
  ctx: EngineContext,
  claimed: ClaimedDelivery,
  { settlement, tookMs }: Extract<Tried, { kind: 'tried' }>,
): Promise<Millis | null> {
  const settled = await persist(ctx, claimed.delivery.leaseUntil, () =>
    ctx.store.deliveries.settle(settlement),
  )
  await followDisabling(ctx, settled?.kind === 'settled' ? settled.disabled : null)
  reportDelivery(ctx, claimed, settlement, { settled, tookMs })
  const { next } = settlement
  return next.state === 'scheduled' ? next.dueAt : null
}

const neverSent = (reason: string): Sent => ({
  kind: 'failed',
  reason,
  status: null,
  answer: null,
  retryAfterMs: null,
  gone: false,
})

interface Measured {
  readonly at: Millis
  readonly tookMs: number
}

function settlementOf(
  ctx: EngineContext,
  { delivery }: ClaimedDelivery,
  outgoing: Outgoing,
  sent: Exclude<Sent, { kind: 'unsent' }>,
  { at, tookMs }: Measured,
): DeliverySettlement {
  const now = ctx.clock.now()
  const moved = moveDelivery(delivery, inputOf(ctx, delivery.step, outgoing, sent, now), now)
  if (moved.kind === 'refused' || moved.delivery.state === 'sending') {
    throw new Error(`${delivery.id} cannot be settled.`)
  }
  const attempt: DeliveryAttempt = {
    attempt: delivery.attempts + 1,
    at,
    latencyMs: Math.round(tookMs),
    status: sent.status,
    error: sent.kind === 'failed' ? sent.reason : null,
    answer: sent.answer,
  }
  const next = moved.delivery
  const isOrdered = 'policy' in outgoing && outgoing.policy.ordered
  return {
    lease: { id: delivery.id, fence: delivery.fence },
    next,
    rank: next.state === 'scheduled' && !isOrdered ? next.dueAt : null,
    attempt,
    verdict: verdictOf(outgoing, sent),
  }
}

function inputOf(
  ctx: EngineContext,
  step: number,
  outgoing: Outgoing,
  sent: Exclude<Sent, { kind: 'unsent' }>,
  now: Millis,
): DeliveryInput {
  if (sent.kind === 'delivered') return { kind: 'deliver' }
  const isOver = sent.gone || outgoing.kind === 'impossible'
  const retryAt = isOver
    ? null
    : nextAttemptAt(outgoing.policy, step + 1, ctx.random.fraction(), sent.retryAfterMs, now)
  return { kind: 'fail', retryAt, reason: sent.reason }
}

function verdictOf(
  outgoing: Outgoing,
  sent: Exclude<Sent, { kind: 'unsent' }>,
): DeliverySettlement['verdict'] {
  if (outgoing.kind !== 'delivery') return 'nothing'
  if (sent.kind === 'delivered') return 'success'
  return sent.gone ? 'gone' : 'failure'
}

/** No more of it is sent from now on, by this node and by others. */
async function followDisabling(ctx: EngineContext, disabled: DisableReason | null): Promise<void> {
  if (disabled === null) return
  await ctx.subscribers.refresh()
  ctx.bus.publish(endpointsTopic)
}
