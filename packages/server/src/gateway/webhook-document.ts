import { formatDuration, type DeliveryPolicyDocument, type WebhookDocument } from '@buzzer/contract'
import type { DeliveryPolicy } from '../core/delivery-policy.ts'
import type { Endpoint } from '../core/endpoint.ts'
import { formatTime, type Millis } from '../core/time.ts'
import type { WebhookWish } from '../engine/webhooks/webhook-wish.ts'
import { maskedHeaders } from './masked-headers.ts'

export const webhookPath = ({ id }: Pick<Endpoint, 'id'>): string => `/v1/webhooks/${id}`

/** @param secret in the one answer that shows it */
export function webhookDocument(
  endpoint: Endpoint,
  wish: WebhookWish,
  publicUrl: string,
  secret: string | null = null,
): WebhookDocument {
  const { id, disabled, health, version, createdAt, changedAt, secrets } = endpoint
  const self = publicUrl + webhookPath(endpoint)
  return {
    id,
    url: wish.url,
    description: wish.description,
    channels: wish.channels,
    types: wish.types,
    filter: wish.filter,
    mapping: wish.mapping ?? null,
    headers: maskedHeaders(wish.headers),
    policy: policyDocument(wish.policy),
    enabled: endpoint.enabled,
    disabled: disabled === null ? null : { ...disabled, at: formatTime(disabled.at) },
    health: {
      failures: health.failures,
      failingSince: timeOrNull(health.failingSince),
      lastSuccessAt: timeOrNull(health.lastSuccessAt),
    },
    previousSecretUntil: timeOrNull(secrets[1]?.until ?? null),
    version,
    createdAt: formatTime(createdAt),
    changedAt: formatTime(changedAt),
    links: { self, deliveries: `${self}/deliveries` },
    ...(secret === null ? {} : { secret }),
  }
}

const timeOrNull = (at: Millis | null): string | null => (at === null ? null : formatTime(at))

const policyDocument = (policy: DeliveryPolicy): DeliveryPolicyDocument => ({
  schedule: policy.scheduleMs.map((ms) => (ms === 0 ? '0s' : formatDuration(ms))),
  timeout: formatDuration(policy.timeoutMs),
  concurrency: policy.concurrency,
  ordered: policy.ordered,
  disableAfter: {
    failures: policy.disableAfter.failures,
    failingFor: formatDuration(policy.disableAfter.failingForMs),
  },
  ratePerMinute: policy.ratePerMinute,
})
