import { defaultDeliveryPolicy, type DeliveryPolicy } from '../../core/delivery-policy.ts'
import { endpointOfLane, isReplayLane } from '../../core/lane.ts'
import type { EndpointId } from '@buzzer/contract'
import type { Subscribers } from '../webhooks/subscribers.ts'

/** On what terms a lane is served. */
export interface LaneTerms {
  /** Attempts at the same time, at most. */
  readonly concurrency: number
  readonly ordered: boolean
  readonly leaseMs: number
  /** The least time between the beginnings of two attempts; 0 for none. */
  readonly gapMs: number
}

/** What an attempt may take beyond its timeout: the record of it has to be written too. */
const recordMs = 15_000
const minuteMs = 60_000
/** What is sent again in bulk gets this part of what its receiver takes. */
const replayShare = 4

export const leaseMs = ({ timeoutMs }: Pick<DeliveryPolicy, 'timeoutMs'>): number =>
  timeoutMs + recordMs

/** @returns null for the lane of an endpoint that is disabled or gone */
export function termsOfLane(subscribers: Subscribers, lane: string): LaneTerms | null {
  const id = endpointOfLane(lane)
  if (id === null) return termsOf(defaultDeliveryPolicy, 1)
  const endpoint = subscribers.find(id as EndpointId)?.endpoint
  if (endpoint?.enabled !== true) return null
  return termsOf(endpoint.settings.policy, isReplayLane(lane) ? replayShare : 1)
}

const termsOf = (policy: DeliveryPolicy, share: number): LaneTerms => ({
  concurrency: Math.max(1, Math.floor(policy.concurrency / share)),
  ordered: policy.ordered,
  leaseMs: leaseMs(policy),
  gapMs: policy.ratePerMinute === null ? 0 : minuteMs / policy.ratePerMinute,
})
