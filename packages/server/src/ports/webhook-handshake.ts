import type { Headers } from '../core/payload.ts'

/** Asks a receiver whether it wants events (CloudEvents webhooks 1.0.2, section 4). */
export interface WebhookHandshake {
  ask(question: HandshakeQuestion): Promise<HandshakeAnswer>
}

export interface HandshakeQuestion {
  readonly url: string
  /** The endpoint's own. */
  readonly headers: Headers
  /** How many requests a minute are wished for; null to say nothing. */
  readonly ratePerMinute: number | null
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export type HandshakeAnswer =
  /** So many requests a minute, at most; null for any number. */
  | { readonly kind: 'granted'; readonly ratePerMinute: number | null }
  /** For a person: what happened and what to do about it. */
  | { readonly kind: 'refused'; readonly reason: string }
