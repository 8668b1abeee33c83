/** Header names in lower case with their values, in the order in which they came. */
export type Headers = readonly (readonly [name: string, value: string])[]

/** A call of a wrapped API as its caller made it, less the body. */
export interface UpstreamRequest {
  readonly method: string
  /** Path and query below the service's mount, exactly as received. */
  readonly target: string
  readonly headers: Headers
}

/** What a job was called with. Bodies are passed on as the bytes that came. */
export interface Input {
  readonly mediaType: string | null
  readonly body: Uint8Array
  /** Null for an operation that is called by its name. */
  readonly request: UpstreamRequest | null
}

/** What a job gave: a handler's output, or a wrapped API's answer byte for byte. */
export interface Result {
  readonly status: number
  readonly mediaType: string | null
  readonly headers: Headers
  readonly body: Uint8Array
}

/** Where a parked job looks for the end of what it started in an asynchronous upstream. */
export interface Monitor {
  readonly url: string
  /** How often it has been polled; the wait between polls grows with it. */
  readonly polls: number
  /** When to stop asking and fail the attempt, in milliseconds since 1970. */
  readonly giveUpAt: number
  /** Where the upstream said that the result will be, if it named a place of its own. */
  readonly resultUrl?: string
}
