import type { BlobRef, Body, Headers } from '../core/payload.ts'

/** A call that goes out of this process, to wherever a user aimed it. */
export interface OutboundRequest {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body: Uint8Array | OutgoingStream | null
  /** For the whole exchange, the body of the answer included. */
  readonly timeoutMs: number
  /** The largest answer that is taken, in bytes as they arrive and as they decode. */
  readonly maxBytes: number
  /**
   * Of the answer's body only so many bytes are kept, and a larger one is no failure: the rest is
   * read on for a moment, up to `maxBytes`, so that the connection can serve again, or is let go of.
   */
  readonly keepAtMost?: number
  /** Where a large answer is kept as it comes; without one all of it is held in memory. */
  readonly spill?: Spill
  readonly signal: AbortSignal
}

/** A body that is read as it is sent. */
export interface OutgoingStream {
  /** In bytes, exactly. */
  readonly size: number
  /** Anew for every time that it is sent. */
  open(): AsyncIterable<Uint8Array>
}

export interface Spill {
  /** Answers up to this many bytes are given as they are. */
  readonly above: number
  write(source: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<BlobRef>
}

export interface OutboundAnswer {
  readonly status: number
  readonly headers: Headers
  /** A blob only where the request said where to keep one. */
  readonly body: Body
  /** More came than was to be kept, or would have. */
  readonly truncated?: true
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
  /** An answer came, and there was no room to keep it. */
  | { readonly reason: 'unkept'; readonly detail: string; readonly sent: true }
  | { readonly reason: 'aborted'; readonly detail: string; readonly sent: boolean }

export type OutboundOutcome =
  | { readonly kind: 'answered'; readonly answer: OutboundAnswer }
  | { readonly kind: 'failed'; readonly failure: OutboundFailure }

/** The one guarded HTTP client: every address is checked when it is connected to. */
export interface Outbound extends AsyncDisposable {
  call(request: OutboundRequest): Promise<OutboundOutcome>
  /** Says at once why a URL could never be called, or null where only connecting can tell. */
  check(url: string): string | null
  /**
   * Says what `check` says, and why the addresses that the name stands for now are all refused. A
   * name that stands for none, or does not say so within 2 s, is no reason.
   */
  vet(url: string): Promise<string | null>
}
