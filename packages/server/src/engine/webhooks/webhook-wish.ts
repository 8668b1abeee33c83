import type { EndpointId, JsonFilter } from '@buzzer/contract'
import type { DeliveryPolicy } from '../../core/delivery-policy.ts'
import type { Endpoint, EndpointSettings } from '../../core/endpoint.ts'
import type { Headers } from '../../core/payload.ts'
import type { Sealer } from '../../ports/sealer.ts'
import { headersSeal, openEndpoint } from './opened.ts'

/** What its owner says of a webhook, checked by the edge and with nothing sealed. */
export interface WebhookWish {
  readonly url: string
  readonly description: string | null
  readonly channels: readonly string[]
  readonly types: readonly string[] | null
  readonly filter: JsonFilter | null
  /** Undefined for the CloudEvent itself. */
  readonly mapping?: unknown
  readonly headers: Headers
  readonly policy: DeliveryPolicy
  readonly enabled: boolean
}

export function settingsOf(sealer: Sealer, id: EndpointId, wish: WebhookWish): EndpointSettings {
  const { url, description, channels, types, filter, mapping, headers, policy } = wish
  return {
    url,
    description,
    channels,
    types,
    filter,
    ...(mapping === undefined ? {} : { mapping }),
    sealedHeaders:
      headers.length === 0 ? null : sealer.seal(JSON.stringify(headers), headersSeal(id)),
    policy,
  }
}

/** The same the other way round. Headers that do not open are none. */
export function wishOf(sealer: Sealer, endpoint: Endpoint): WebhookWish {
  const { url, description, channels, types, filter, mapping, policy } = endpoint.settings
  const { enabled } = endpoint
  const headers = openEndpoint(sealer, endpoint)?.headers ?? []
  const wish = { url, description, channels, types, filter, headers, policy, enabled }
  return mapping === undefined ? wish : { ...wish, mapping }
}
