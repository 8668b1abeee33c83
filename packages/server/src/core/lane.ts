import type { EndpointId } from '@buzzer/contract'

/**
 * Deliveries of one lane share its attempts at the same time; no lane waits for another. An endpoint
 * has one for what happens now and one for what is sent again in bulk, so that neither delays the
 * other; callbacks, whose endpoints are as many as their jobs, have one for each tenant and address,
 * the query apart: many who do not know each other may be behind one origin.
 */
export const liveLane = (endpoint: EndpointId): string => endpoint

export const replayLane = (endpoint: EndpointId): string => `${endpoint}/replay`

/** @param url of the callback, which was checked */
export function callbackLane(tenant: string, url: string): string {
  const { origin, pathname } = new URL(url)
  return `${tenant} ${origin}${pathname.slice(0, longestPath)}`
}

/** Addresses that begin alike for so long are one to the lanes. */
const longestPath = 256

/** Whose lane it is; null for one of callbacks. */
export const endpointOfLane = (lane: string): string | null =>
  lane.startsWith('whk_') ? lane.replace(/\/replay$/, '') : null

/** The other lane of the same endpoint; null for one of callbacks. */
export function siblingOf(lane: string): string | null {
  const endpoint = endpointOfLane(lane)
  if (endpoint === null) return null
  return isReplayLane(lane) ? endpoint : `${endpoint}/replay`
}

export const isReplayLane = (lane: string): boolean => lane.endsWith('/replay')
