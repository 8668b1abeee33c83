import { mayBeOwn } from '../../core/endpoint-headers.ts'
import type { Headers } from '../../core/payload.ts'
import type { DeliveryChannel, OutgoingDelivery, Sent } from '../../ports/channel.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Outbound } from '../../ports/outbound.ts'
import type { WebhookKeys } from '../../ports/webhook-keys.ts'
import { keptBytes } from './answer.ts'
import { failedHere, sentOf } from './sent.ts'
import { createSigner } from './sign.ts'
import { whyNot } from './why-not.ts'

export interface WebhookParts {
  readonly outbound: Outbound
  readonly keys: WebhookKeys
  readonly clock: Pick<Clock, 'now'>
  /** Such as `Buzzer/1.2.3`. */
  readonly userAgent: string
  /** The name by which receivers know this server (see handshake.ts); null for none. */
  readonly origin: string | null
}

/** So much of an answer is read at most, so that its connection can serve again. */
const readBytes = 65_536

/** Webhooks as Standard Webhooks 1.0.0 and CloudEvents webhooks 1.0.2 (section 2) want them. */
export function createWebhookChannel(parts: WebhookParts): DeliveryChannel {
  const { outbound, keys, clock } = parts
  const sign = createSigner(keys)
  return {
    async send(delivery, signal) {
      try {
        const outcome = await outbound.call({
          method: 'POST',
          url: delivery.url,
          headers: [...headersOf(delivery, parts), ...(await sign(delivery, clock.now()))],
          body: delivery.body,
          timeoutMs: delivery.timeoutMs,
          maxBytes: readBytes,
          keepAtMost: keptBytes,
          signal,
        })
        return sentOf(outcome, clock.now())
      } catch (fault) {
        return failedBy(fault)
      }
    },
    whyNot: (url) => whyNot(url, outbound),
  }
}

function headersOf({ mediaType, headers }: OutgoingDelivery, parts: WebhookParts): Headers {
  const standing: Headers = [
    ['content-type', mediaType],
    ['user-agent', parts.userAgent],
  ]
  const own = withOwn(standing, headers)
  return parts.origin === null ? own : [...own, ['webhook-request-origin', parts.origin]]
}

/** Checked again here, whoever wrote the endpoint's own ones down. */
function withOwn(standing: Headers, own: Headers): Headers {
  if (own.length === 0) return standing
  const allowed = own.filter(([name]) => mayBeOwn(name))
  const replaced = new Set(allowed.map(([name]) => name.toLowerCase()))
  return [...standing.filter(([name]) => !replaced.has(name)), ...allowed]
}

const failedBy = (fault: unknown): Sent =>
  failedHere(fault instanceof Error ? fault.message : String(fault))
