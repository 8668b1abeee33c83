import { parseExactly } from '@buzzer/contract'
import { defaultDeliveryPolicy, type DeliveryPolicy } from '../../core/delivery-policy.ts'
import type { EventObject } from '../../core/event-place.ts'
import type { Headers } from '../../core/payload.ts'
import type { OutgoingDelivery } from '../../ports/channel.ts'
import type { ClaimedDelivery } from '../../ports/deliveries.ts'
import type { EngineContext } from '../context.ts'
import { signingSecrets } from '../webhooks/opened.ts'
import type { Subscriber } from '../webhooks/subscriber.ts'

/** A delivery as it goes out, or why it never can. */
export type Outgoing =
  | {
      readonly kind: 'delivery'
      readonly delivery: OutgoingDelivery
      readonly policy: DeliveryPolicy
    }
  /** Not now, but it may go out later: it is tried again on its schedule. */
  | { readonly kind: 'withheld'; readonly reason: string; readonly policy: DeliveryPolicy }
  | { readonly kind: 'impossible'; readonly reason: string }

const cloudEvent = 'application/cloudevents+json; charset=utf-8'
const mapped = 'application/json; charset=utf-8'
const noHeaders: Headers = []

export function outgoingOf(ctx: EngineContext, claimed: ClaimedDelivery): Outgoing {
  const { target } = claimed.delivery
  const { body } = claimed.message
  if (body === null) return impossible('What was to be delivered was erased with its job.')
  if (target.kind === 'callback') return toCallback(ctx, claimed, body)
  const subscriber = ctx.subscribers.find(target.id)
  if (subscriber === null) return impossible('The webhook was removed.')
  return toEndpoint(ctx, claimed, subscriber, body)
}

function toCallback(
  ctx: EngineContext,
  { delivery, callback }: ClaimedDelivery,
  body: string,
): Outgoing {
  if (callback === null) return impossible('The job was erased, and its callback with it.')
  const { url, sealedSecret } = callback
  const secret = sealedSecret === null ? null : ctx.sealer.open(sealedSecret, delivery.target.id)
  if (sealedSecret !== null && secret === null) return withheld(defaultDeliveryPolicy)
  return outgoing(defaultDeliveryPolicy, {
    id: delivery.id,
    tenant: delivery.tenant,
    url,
    mediaType: cloudEvent,
    body: Buffer.from(body),
    headers: noHeaders,
    secrets: secret === null ? [] : [secret],
    timeoutMs: defaultDeliveryPolicy.timeoutMs,
  })
}

function toEndpoint(
  ctx: EngineContext,
  { delivery }: ClaimedDelivery,
  subscriber: Subscriber,
  body: string,
): Outgoing {
  const { endpoint, mapping, opened } = subscriber
  const { url, policy } = endpoint.settings
  if (opened === null) return withheld(policy)
  return outgoing(policy, {
    id: delivery.id,
    tenant: delivery.tenant,
    url,
    mediaType: mapping === null ? cloudEvent : mapped,
    body: Buffer.from(
      mapping === null ? body : JSON.stringify(mapping(parseExactly(body) as EventObject)),
    ),
    headers: opened.headers,
    secrets: signingSecrets(opened, ctx.clock.now()),
    timeoutMs: policy.timeoutMs,
  })
}

const outgoing = (policy: DeliveryPolicy, delivery: OutgoingDelivery): Outgoing => ({
  kind: 'delivery',
  delivery,
  policy,
})

const impossible = (reason: string): Outgoing => ({ kind: 'impossible', reason })

const withheld = (policy: DeliveryPolicy): Outgoing => ({
  kind: 'withheld',
  reason: unopened,
  policy,
})

const unopened =
  'The secret that signs it, or a header of its own, does not open: the key of the server ' +
  '(BUZZER_SECRET) is another one. Put that key back; or, of a webhook, rotate the secret and set ' +
  'the headers again.'
