import { eventTypePrefix, type EndpointId, type Problem } from '@buzzer/contract'
import { webhooksChannel } from '../../core/channel.ts'
import { withSequence, writeEvent } from '../../core/event.ts'
import { liveLane } from '../../core/lane.ts'
import { formatTime } from '../../core/time.ts'
import type { NewMessage } from '../../ports/fan-out.ts'
import type { EngineContext } from '../context.ts'
import { deliveryTo } from '../fan-out/recipients.ts'
import { writeMessages } from '../fan-out/write-messages.ts'
import type { Asker } from '../find.ts'
import { deliveryNotFound, whyNotSent, type SentAgain } from './send-again.ts'
import type { Subscriber } from './subscriber.ts'

const type = `${eventTypePrefix}webhook.test`

/** Delivers an event that means nothing, whatever the webhook subscribes to. */
export async function testWebhook(
  ctx: EngineContext,
  { tenant }: Asker,
  id: EndpointId,
): Promise<SentAgain> {
  const problem = await whyNotSent(ctx, tenant, id)
  const subscriber = ctx.subscribers.find(id)
  if (problem !== null || subscriber === null) return refused(problem ?? deliveryNotFound)
  ctx.dispatch.trust(liveLane(id))
  const message = testMessage(ctx, subscriber)
  await writeMessages(ctx, null, (messages) => void messages.push(message))
  const [delivery] = message.deliveries
  const listed =
    delivery === undefined ? null : await ctx.store.deliveries.read(tenant, delivery.id)
  return listed === null ? refused(deliveryNotFound) : { kind: 'scheduled', listed }
}

function testMessage(ctx: EngineContext, subscriber: Subscriber): NewMessage {
  const at = ctx.clock.now()
  const { id: webhook, tenant } = subscriber.endpoint
  const id = ctx.ids.next('evt')
  const data = { webhook, message: 'This is a test. Answer it with any status from 200 to 299.' }
  const text = writeEvent({
    id,
    source: `/${webhooksChannel}`,
    type,
    subject: webhook,
    time: formatTime(at),
    datacontenttype: 'application/json',
    dataschema: null,
    traceparent: null,
    extensions: {},
    data: { kind: 'json', value: data, text: JSON.stringify(data) },
  })
  return {
    tenant,
    channel: webhooksChannel,
    // It stands on no channel.
    offset: 0,
    eventId: id,
    type,
    at,
    job: null,
    holdsJob: false,
    body: withSequence(text, 0),
    callback: null,
    deliveries: [deliveryTo(ctx, subscriber)],
  }
}

const refused = (problem: Problem): SentAgain => ({ kind: 'refused', problem })
