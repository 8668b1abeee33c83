import type { BatchId, DeliveryId, EndpointId, JobId } from './id.ts'
import type { Duration } from './duration.ts'
import type { JsonFilter } from './event-filter.ts'

/** When an event is tried again, and how long an attempt may take. */
export interface DeliveryPolicyDocument {
  /** The wait before each attempt, from the end of the one before; as many attempts as entries. */
  readonly schedule: readonly Duration[]
  /** For one attempt, with all of its answer. */
  readonly timeout: Duration
  /** Attempts at the same time, at most. */
  readonly concurrency: number
  /** One after the other in the order of their channels; a failing one holds up those behind it. */
  readonly ordered: boolean
  /** When the endpoint is disabled, whichever comes first. */
  readonly disableAfter: {
    /** Attempts that failed in a row. */
    readonly failures: number
    /** How long none has succeeded. */
    readonly failingFor: Duration
  }
  /** Attempts a minute, as the receiver allowed them (CloudEvents webhooks); null for no limit. */
  readonly ratePerMinute: number | null
}

/** What a webhook is created with, and what a change of it may name; only `url` is required. */
export interface WebhookSettings {
  readonly url: string
  readonly description?: string | null
  /** Patterns: `*` stands for one segment, at the end for one or more. Default: `['*']`. */
  readonly channels?: readonly string[]
  /** Types of events, `*` at the end for any rest; Buzzer's own without `dev.buzzer.` too. */
  readonly types?: readonly string[]
  /** What else has to hold of an event, in the dialects of CloudEvents Subscriptions. */
  readonly filter?: JsonFilter | null
  /**
   * The body as the receiver wants it, in place of the CloudEvent: any JSON, in whose texts
   * `{{/data/amount}}` stands for what that JSON Pointer finds in the event.
   */
  readonly mapping?: unknown
  /** Headers of its own, as for a credential that the receiver wants. */
  readonly headers?: Readonly<Record<string, string>>
  readonly policy?: Partial<DeliveryPolicyDocument>
  readonly enabled?: boolean
}

export interface NewWebhook extends WebhookSettings {
  /** `whsec_` and 24 to 64 bytes in Base64; made where it is left out. */
  readonly secret?: string
  /** Asks the receiver first whether it wants events (CloudEvents webhooks 1.0.2, section 4). */
  readonly handshake?: boolean
}

export const disableReasons = ['gone', 'failures', 'failing-for', 'request'] as const
/** It answered 410; too many attempts failed in a row; none succeeded for too long; or it was asked. */
export type DisableReason = (typeof disableReasons)[number]

export interface WebhookDocument {
  readonly id: EndpointId
  readonly url: string
  readonly description: string | null
  readonly channels: readonly string[]
  readonly types: readonly string[] | null
  readonly filter: JsonFilter | null
  readonly mapping: unknown
  /** Values of those that look like credentials are not shown. */
  readonly headers: Readonly<Record<string, string>>
  readonly policy: DeliveryPolicyDocument
  readonly enabled: boolean
  readonly disabled: { readonly at: string; readonly reason: DisableReason } | null
  readonly health: {
    /** Attempts that failed since the last one that succeeded. */
    readonly failures: number
    readonly failingSince: string | null
    readonly lastSuccessAt: string | null
  }
  /** Until when the secret before this one signs too; null where there is none. */
  readonly previousSecretUntil: string | null
  readonly version: number
  readonly createdAt: string
  readonly changedAt: string
  readonly links: { readonly self: string; readonly deliveries: string }
  /** Once, in the answer that made it. */
  readonly secret?: string
}

/** What Buzzer tells of webhooks, without `dev.buzzer.`. */
export const webhookEventTypes = ['webhook.disabled', 'webhook.test', 'delivery.failed'] as const

export const deliveryStates = ['scheduled', 'sending', 'delivered', 'failed'] as const
export type DeliveryState = (typeof deliveryStates)[number]

export interface DeliveryDocument {
  readonly id: DeliveryId
  readonly state: DeliveryState
  /** The webhook, or null for a callback. */
  readonly webhook: EndpointId | null
  /** The job or the batch that a callback is about. */
  readonly callback: JobId | BatchId | null
  /** Null where nobody knows it any more: the webhook was deleted, or the job erased. */
  readonly url: string | null
  readonly event: {
    readonly id: string
    readonly type: string
    readonly channel: string
    readonly sequence: string
  }
  /** How many attempts there were. */
  readonly attempt: number
  /** How many there are at most, with those before it was sent again. */
  readonly maxAttempts: number
  readonly createdAt: string
  /** When the next attempt is due; null where none is. */
  readonly nextAttemptAt: string | null
  readonly finishedAt: string | null
  /** Why it ended without being delivered, or what the last attempt came to. */
  readonly error: string | null
  /** The status of the last answer. */
  readonly status: number | null
  readonly links: {
    readonly self: string
    readonly redeliver: string
  }
}

/** One try. */
export interface DeliveryAttemptDocument {
  readonly attempt: number
  readonly at: string
  /** Until the answer was there, or it was clear that none comes, in milliseconds. */
  readonly latencyMs: number
  /** Null where no answer came. */
  readonly status: number | null
  /** Null where it was delivered. */
  readonly error: string | null
  readonly answer: {
    readonly headers: Readonly<Record<string, string>>
    /** The first 4 KiB; what is no text in UTF-8 is replaced. */
    readonly body: string
    readonly truncated: boolean
  } | null
}

/** A delivery with every attempt and what was sent. */
export interface WholeDeliveryDocument extends DeliveryDocument {
  readonly attempts: readonly DeliveryAttemptDocument[]
  /** The body as it is sent; null where it was erased. */
  readonly body: string | null
}

export interface WebhookListDocument {
  readonly webhooks: readonly WebhookDocument[]
  readonly next: string | null
}

export interface DeliveryListDocument {
  readonly deliveries: readonly DeliveryDocument[]
  readonly next: string | null
}

/** What is sent again of a range. */
export interface ReplayOrder {
  /** RFC 3339, inclusive. */
  readonly since: string
  /** RFC 3339, exclusive. Default: now. */
  readonly until?: string
  /** One of its channels; default: all. */
  readonly channel?: string
  /** Attempts a second, so that live events are not disturbed. Default: 50. */
  readonly rate?: number
}

/** Which failed deliveries are tried again. */
export interface RedeliverOrder {
  readonly after?: string
  readonly before?: string
  readonly type?: string
  /** Attempts a second. Default: 50. */
  readonly rate?: number
}

/** How many deliveries were scheduled. */
export interface RedeliveredDocument {
  readonly count: number
}

/** The public halves of the keys that sign `v1a`, the present one first. */
export interface WebhookKeysDocument {
  readonly keys: readonly {
    readonly id: string
    readonly algorithm: 'ed25519'
    /** `whpk_` and the 32 bytes in Base64, as Standard Webhooks writes it. */
    readonly publicKey: string
    /** RFC 8037. */
    readonly jwk: {
      readonly kty: 'OKP'
      readonly crv: 'Ed25519'
      readonly x: string
      readonly kid: string
    }
  }[]
}
