import type { JobId } from '@buzzer/contract'
import type { ChannelEvent } from '../../ports/events.ts'
import type { FanOutEntry, NewMessage } from '../../ports/fan-out.ts'
import { tellEvent } from '../channels/tell.ts'
import type { EngineContext } from '../context.ts'
import { deliveriesTo, type Recipients } from './recipients.ts'

type ChannelEntry = Extract<FanOutEntry, { kind: 'event' }>

/** What becomes of an event on a channel; null where nobody wants it. */
export async function channelMessage(
  ctx: EngineContext,
  entry: Omit<ChannelEntry, 'kind'>,
  recipients?: Recipients,
): Promise<NewMessage | null> {
  return (await prepareChannelMessage(ctx, entry, recipients))()
}

/** Reads what it takes; what is given back writes it. See fan-out.ts. */
export async function prepareChannelMessage(
  ctx: EngineContext,
  { tenant, channel, event }: Omit<ChannelEntry, 'kind'>,
  recipients: Recipients = { subscribers: ctx.subscribers.of(tenant, channel) },
): Promise<() => NewMessage | null> {
  if (recipients.subscribers.length === 0) return () => null
  const told = await tellEvent(ctx, event)
  return () => {
    const written = ctx.write.channelEvent(told, channel)
    const deliveries = deliveriesTo(ctx, recipients, written)
    if (deliveries.length === 0) return null
    return {
      tenant,
      channel,
      offset: event.offset,
      eventId: written.id,
      type: written.type,
      at: event.at,
      job: jobOf(event),
      holdsJob: told.kind === 'outcome' && told.view !== null,
      body: written.text,
      callback: null,
      deliveries,
    }
  }
}

/** Whose payloads are in it. */
const jobOf = (event: ChannelEvent): JobId | null => (event.kind === 'outcome' ? event.job : null)
