import type { DisableReason, EndpointId, JsonFilter } from '@buzzer/contract'
import type { DeliveryPolicy } from './delivery-policy.ts'
import type { EndpointHealth } from './endpoint-health.ts'
import type { Millis } from './time.ts'

/** What its owner decides of an endpoint. */
export interface EndpointSettings {
  readonly url: string
  readonly description: string | null
  /** Patterns; see channel-pattern.ts. */
  readonly channels: readonly string[]
  /** Null for every type. */
  readonly types: readonly string[] | null
  readonly filter: JsonFilter | null
  /** A template for the body; undefined for the CloudEvent itself. See mapping.ts. */
  readonly mapping?: unknown
  /** The names and values of headers of its own, sealed as JSON; null for none. */
  readonly sealedHeaders: string | null
  readonly policy: DeliveryPolicy
}

/** A secret that signs what goes to an endpoint, sealed. */
export interface SealedSecret {
  readonly sealed: string
  /** When it stops signing; null for the present one. */
  readonly until: Millis | null
}

/** Where a webhook delivers. */
export interface Endpoint {
  readonly id: EndpointId
  readonly tenant: string
  readonly settings: EndpointSettings
  /** The present one first. */
  readonly secrets: readonly SealedSecret[]
  readonly enabled: boolean
  readonly disabled: { readonly at: Millis; readonly reason: DisableReason } | null
  readonly health: EndpointHealth
  /** Counts changes of its settings, secrets and whether it is enabled. */
  readonly version: number
  readonly createdAt: Millis
  readonly changedAt: Millis
}

/** How long a secret that was rotated out signs beside the new one. */
const overlapMs = 86_400_000

/** Each of them is a signature of every delivery. */
const mostSecrets = 8

/** @param sealed the new secret */
export const withSecret = (
  secrets: readonly SealedSecret[],
  sealed: string,
  now: Millis,
): readonly SealedSecret[] => {
  const [present, ...rotatedOut] = secrets
  const previous = present === undefined ? [] : [{ ...present, until: now + overlapMs }]
  // One that was promised a day has it, however often the secret is rotated meanwhile.
  const promised = rotatedOut.filter(({ until }) => until === null || until > now)
  return [{ sealed, until: null }, ...previous, ...promised].slice(0, mostSecrets)
}
