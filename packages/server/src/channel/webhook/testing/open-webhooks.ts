import { createWebhookKeys } from '../../../auth/webhook-keys.ts'
import { createOutbound, type OutboundOptions } from '../../../outbound/outbound.ts'
import { realClock } from '../../../outbound/testing/real-clock.ts'
import type { DeliveryChannel } from '../../../ports/channel.ts'
import type { Outbound } from '../../../ports/outbound.ts'
import type { WebhookKeys } from '../../../ports/webhook-keys.ts'
import { createWebhookChannel } from '../webhook-channel.ts'

export interface OpenWebhooks extends AsyncDisposable {
  readonly channel: DeliveryChannel
  readonly outbound: Outbound
  readonly keys: WebhookKeys
}

/** The real thing over the real client, which may call this machine. */
export function openWebhooks(options: Partial<OutboundOptions> = {}): OpenWebhooks {
  const outbound = createOutbound({ allow: ['127.0.0.1', '::1'], clock: realClock, ...options })
  const keys = createWebhookKeys(new TextEncoder().encode('for tests'))
  const userAgent = 'Buzzer/0.0.0'
  const parts = { outbound, keys, clock: realClock, userAgent, origin: 'buzzer.example' }
  return {
    channel: createWebhookChannel(parts),
    outbound,
    keys,
    [Symbol.asyncDispose]: () => outbound[Symbol.asyncDispose](),
  }
}
