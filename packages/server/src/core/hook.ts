import type { Millis } from './time.ts'

/** An incoming webhook: who may call it, and what a call does. */
export interface Hook {
  readonly name: string
  readonly summary: string | null
  readonly scheme: HookScheme
  readonly action: HookAction
}

/** How a sender shows that a call is its own. */
export type HookScheme =
  | { readonly kind: 'none' }
  | StandardScheme
  | StripeScheme
  | { readonly kind: 'github'; readonly secrets: readonly string[] }
  | HmacScheme

/** Standard Webhooks 1.0.0: `v1` under a shared secret, `v1a` under the sender's ed25519 key. */
export interface StandardScheme {
  readonly kind: 'standard'
  readonly secrets: readonly Uint8Array[]
  /** The 32 bytes of an ed25519 key; null where `v1a` is not taken. */
  readonly publicKey: Uint8Array | null
  readonly toleranceMs: Millis
}

export interface StripeScheme {
  readonly kind: 'stripe'
  readonly secrets: readonly string[]
  readonly toleranceMs: Millis
}

/** An HMAC (RFC 2104) in a header, as most other senders have it. */
export interface HmacScheme {
  readonly kind: 'hmac'
  /** Names of headers in lower case, here and below. */
  readonly header: string
  readonly algorithm: 'sha256' | 'sha512' | 'sha1'
  readonly encoding: 'hex' | 'base64'
  /** What stands before the signature in its header. */
  readonly prefix: string
  /** What is signed: text with `{body}`, and `{timestamp}` and `{id}` where there are such. */
  readonly content: string
  readonly timestamp: { readonly header: string; readonly unitMs: number } | null
  /** The header with the sender's own id of a delivery. */
  readonly id: string | null
  readonly secrets: readonly string[]
  readonly toleranceMs: Millis
}

/** What a call of a hook does. */
export type HookAction =
  | {
      readonly kind: 'publish'
      readonly channel: string
      /** Of the event; `{type}` stands for the sender's. Null for the sender's. */
      readonly type: string | null
    }
  | { readonly kind: 'submit'; readonly operation: string }
  | {
      readonly kind: 'finish'
      /** What in the body says that the work has failed; null where a call is always a success. */
      readonly failed: ValueTest | null
    }

/** Whether what a JSON Pointer (RFC 6901) leads to is one of these. */
export interface ValueTest {
  readonly at: string
  readonly equals: readonly (string | number | boolean | null)[]
}

/** The names of the headers that a scheme reads, in lower case. */
export function headersOf(scheme: HookScheme): readonly string[] {
  switch (scheme.kind) {
    case 'none':
      return []
    case 'standard':
      return ['webhook-id', 'webhook-timestamp', 'webhook-signature']
    case 'stripe':
      return ['stripe-signature']
    case 'github':
      return ['x-hub-signature-256']
    case 'hmac':
      return [scheme.header, scheme.timestamp?.header, scheme.id].filter(
        (name) => name !== undefined && name !== null,
      )
  }
}
