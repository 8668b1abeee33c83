/** Header names in lower case with their values, in the order in which they came. */
export type Headers = readonly (readonly [name: string, value: string])[]

/** A call of a wrapped API as its caller made it, less the body. */
export interface UpstreamRequest {
  readonly method: string
  /** Path and query below the service's mount, exactly as received. */
  readonly target: string
  readonly headers: Headers
}

/** A body that lies apart from its job, because it is too large to be moved about whole. */
export interface BlobRef {
  readonly id: string
  /** In bytes. */
  readonly size: number
  /** In hexadecimal. */
  readonly sha256: string
}

/** The bytes themselves where they are few, else where they are. */
export type Body = Uint8Array | BlobRef

/** Bodies up to this size, in bytes, are stored with their job; larger ones become blobs. */
export const inlineAtMost = 65_536

export const isBlob = (body: Body): body is BlobRef => !(body instanceof Uint8Array)

/** The bytes of a body that somebody asked for whole. @throws Error where they are elsewhere */
export function bytesIn(body: Body): Uint8Array {
  if (isBlob(body)) throw new Error(`The body lies in the blob ${body.id}.`)
  return body
}

export const sizeOf = (body: Body): number => (isBlob(body) ? body.size : body.byteLength)

/** What a job was called with. Bodies are passed on as the bytes that came. */
export interface Input {
  readonly mediaType: string | null
  readonly body: Body
  /** Null for an operation that is called by its name. */
  readonly request: UpstreamRequest | null
}

/** What a job gave: a handler's output, or a wrapped API's answer byte for byte. */
export interface Result {
  readonly status: number
  readonly mediaType: string | null
  readonly headers: Headers
  readonly body: Body
}

/** A result that is at hand. */
export type InlineResult = Result & { readonly body: Uint8Array }

export const isInline = (result: Result): result is InlineResult => !isBlob(result.body)

/** How a parked job hears of the end of what it started in an asynchronous upstream. */
export type Monitor = PolledMonitor | AwaitedCallback

/** The upstream calls back; nobody looks. */
export interface AwaitedCallback {
  /** The name of the hook that it calls. */
  readonly hook: string
  /** When to stop waiting and fail the attempt, in milliseconds since 1970. */
  readonly giveUpAt: number
}

export const isAwaited = (monitor: Monitor): monitor is AwaitedCallback => 'hook' in monitor

/** Where to look for it. */
export interface PolledMonitor {
  readonly url: string
  /** How often it has been polled; the wait between polls grows with it. */
  readonly polls: number
  /** When to stop asking and fail the attempt, in milliseconds since 1970. */
  readonly giveUpAt: number
  /** Where the upstream said that the result will be, if it named a place of its own. */
  readonly resultUrl?: string
}
