import type { DisableReason } from '@buzzer/contract'
import type { DeliveryPolicy } from './delivery-policy.ts'
import type { Millis } from './time.ts'

/** How an endpoint has done lately. */
export interface EndpointHealth {
  /** Attempts that failed since the last one that succeeded. */
  readonly failures: number
  /** When the first of these ended; null where there are none. */
  readonly failingSince: Millis | null
  readonly lastSuccessAt: Millis | null
}

export const healthy: EndpointHealth = { failures: 0, failingSince: null, lastSuccessAt: null }

export const afterSuccess = (now: Millis): EndpointHealth => ({
  failures: 0,
  failingSince: null,
  lastSuccessAt: now,
})

export const afterFailure = (health: EndpointHealth, now: Millis): EndpointHealth => ({
  failures: health.failures + 1,
  failingSince: health.failingSince ?? now,
  lastSuccessAt: health.lastSuccessAt,
})

/** Why an endpoint that stands like this is to be disabled; null where it is not. */
export function disableReasonOf(
  { failures, failingSince }: EndpointHealth,
  { disableAfter }: Pick<DeliveryPolicy, 'disableAfter'>,
  now: Millis,
): DisableReason | null {
  if (failures >= disableAfter.failures) return 'failures'
  const isOverdue = failingSince !== null && now - failingSince >= disableAfter.failingForMs
  return isOverdue ? 'failing-for' : null
}
