import type { Headers } from '../core/payload.ts'

/** A call that goes out of this process, to wherever a user aimed it. */
export interface OutboundRequest {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body: Uint8Array | null
  /** For the whole exchange, the body of the answer included. */
  readonly timeoutMs: number
  /** The largest answer that is taken, in bytes as they arrive and as they decode. */
  readonly maxBytes: number
  readonly signal: AbortSignal
}

export interface OutboundAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Uint8Array
}

/**
 * Why no answer came. `sent` says whether the request may have reached the other side: only where
 * it surely has not may a call that is not idempotent be repeated.
 */
export type OutboundFailure =
  | { readonly reason: 'rejected'; readonly detail: string; readonly sent: false }
  | { readonly reason: 'unreachable'; readonly detail: string; readonly sent: false }
  | { readonly reason: 'timeout'; readonly detail: string; readonly sent: boolean }
  | { readonly reason: 'broken'; readonly detail: string; readonly sent: true }
  | { readonly reason: 'too-large'; readonly detail: string; readonly sent: true }
  | { readonly reason: 'aborted'; readonly detail: string; readonly sent: boolean }

export type OutboundOutcome =
  | { readonly kind: 'answered'; readonly answer: OutboundAnswer }
  | { readonly kind: 'failed'; readonly failure: OutboundFailure }

/** The one guarded HTTP client: every address is checked when it is connected to. */
export interface Outbound extends AsyncDisposable {
  call(request: OutboundRequest): Promise<OutboundOutcome>
  /** Says at once why a URL could never be called, or null where only connecting can tell. */
  check(url: string): string | null
}
