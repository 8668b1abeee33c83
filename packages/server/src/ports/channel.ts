import type { Headers } from '../core/payload.ts'
import type { DeliveryAnswer } from './deliveries.ts'

/** One event on its way to one endpoint, as a way out sends it. */
export interface OutgoingDelivery {
  /** Of the delivery: the same on every attempt, without dots. */
  readonly id: string
  readonly tenant: string
  readonly url: string
  readonly mediaType: string
  readonly body: Uint8Array
  /** The endpoint's own, over those of the protocol's that it may replace. */
  readonly headers: Headers
  /** The endpoint's secrets that sign now, in plain, the present one first; none for some callbacks. */
  readonly secrets: readonly string[]
  /** For the attempt as a whole. */
  readonly timeoutMs: number
}

/** What one attempt came to. */
export type Sent =
  | {
      readonly kind: 'delivered'
      readonly status: number | null
      readonly answer: DeliveryAnswer | null
    }
  | {
      readonly kind: 'failed'
      /** For a person: what happened and what to do about it. */
      readonly reason: string
      readonly status: number | null
      readonly answer: DeliveryAnswer | null
      /** What the receiver asked for; null where it said nothing that can be read. */
      readonly retryAfterMs: number | null
      /** The receiver says that it will not be back. */
      readonly gone: boolean
    }
  /** It was called off before it could have reached anybody. */
  | { readonly kind: 'unsent' }

/** A durable way out of Buzzer. Every failure is a value. */
export interface DeliveryChannel {
  send(delivery: OutgoingDelivery, signal: AbortSignal): Promise<Sent>
  /**
   * Why nothing may be delivered there, as far as that can be said now: its form, or that all of the
   * addresses that its name leads to are refused. A name that leads nowhere yet is no reason.
   *
   * @returns null where there is no reason
   */
  whyNot(url: string): Promise<string | null>
}
