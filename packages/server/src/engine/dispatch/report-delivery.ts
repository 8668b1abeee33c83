import { channelTopic, fanOutTopic } from '../../ports/bus.ts'
import type {
  ClaimedDelivery,
  DeliverySettled,
  DeliverySettlement,
  GivenUp,
} from '../../ports/deliveries.ts'
import type { EngineContext } from '../context.ts'
import { webhooksChannel } from '../../core/channel.ts'

interface Came {
  /** Null where it could not be written. */
  readonly settled: DeliverySettled | null
  readonly tookMs: number
}

/** One line and one count for each attempt, and a hint where the store told of it on a channel. */
export function reportDelivery(
  ctx: EngineContext,
  { delivery, message }: ClaimedDelivery,
  { next, attempt, verdict }: DeliverySettlement,
  { settled, tookMs }: Came,
): void {
  ctx.telemetry.delivered(next.state === 'scheduled' ? 'retrying' : next.state, tookMs)
  const fields = {
    delivery: delivery.id,
    [delivery.target.kind]: delivery.target.id,
    event: message.type,
    channel: message.channel,
    state: next.state,
    attempt: attempt.attempt,
    status: attempt.status,
    error: attempt.error,
    latencyMs: attempt.latencyMs,
  }
  if (settled?.kind === 'lease-lost') {
    return ctx.log.warn(fields, 'a delivery was recorded by somebody else')
  }
  const isFinal = next.state === 'failed'
  ctx.log[isFinal ? 'warn' : 'debug'](fields, isFinal ? 'a delivery failed' : 'a delivery')
  const disabled = settled?.disabled ?? null
  if (disabled !== null) ctx.log.warn({ ...fields, reason: disabled }, 'a webhook was disabled')
  if (isFinal || disabled !== null || verdict === 'gone') tellWebhooks(ctx, delivery.tenant)
}

/** There was no attempt that could be counted: its sender was gone. */
export function reportGivenUp(
  ctx: EngineContext,
  { id, tenant, target, leasesLost }: GivenUp,
): void {
  const fields = { delivery: id, [target.kind]: target.id, state: 'failed', leasesLost }
  ctx.log.error(fields, 'a delivery was given up, because nobody who sent it said what came of it')
  tellWebhooks(ctx, tenant)
}

/** The store put an event there. */
function tellWebhooks({ bus, subscribers }: EngineContext, tenant: string): void {
  bus.publish(channelTopic(tenant, webhooksChannel))
  if (subscribers.isWatched(tenant, webhooksChannel)) bus.publish(fanOutTopic)
}
