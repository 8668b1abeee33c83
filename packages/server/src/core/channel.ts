/** How much of its past a channel keeps; both bounds hold. */
export interface ChannelHistory {
  readonly count: number
  /** Null for as long as the server keeps events. */
  readonly ageMs: number | null
}

/** Whose a channel is that all tenants have in common; no tenant is named so. */
export const sharedTenant = '*'

/** The channel that carries the outcomes of an operation. */
export const outcomeChannel = (operation: string): string => `operations/${operation}`

/** What becomes of webhooks and their deliveries: that one was disabled, that one failed for good. */
export const webhooksChannel = 'webhooks'
