import type { JobId } from '@buzzer/contract'

/** An HTTP API that Buzzer wraps, as its runner needs to know it. */
export interface UpstreamService {
  readonly name: string
  /** The base URL, which a call's target is joined to; without query and fragment. */
  readonly url: string
  readonly credentials: Credentials | null
  /**
   * Origins other than the service's own at which an asynchronous answer may be followed, such as
   * `https://jobs.example.com`. They never get credentials.
   */
  readonly followOrigins: readonly string[]
  /** The settings of an operation by its name. */
  readonly operation: (name: string) => UpstreamOperation
  readonly breaker?: BreakerTerms
  readonly retryBudget?: RetryBudgetTerms
}

export interface UpstreamOperation {
  /**
   * A method that is not idempotent (RFC 9110, section 9.2.2) is sent again also after a timeout
   * or a broken answer, where it may have had its effect already.
   */
  readonly retryUnsafe: boolean
  /** The largest answer that is taken as a result, in bytes. */
  readonly maxResultBytes: number
  /** How long an asynchronous upstream may take, in milliseconds. */
  readonly giveUpMs: number
  /** Set where it calls back when it is done. */
  readonly callback: UpstreamCallback | null
}

/** How an upstream is told where to call back. */
export interface UpstreamCallback {
  readonly hook: string
  /** In lower case. */
  readonly header: string | null
  /** A JSON Pointer into its body. */
  readonly at: string | null
  /** How long it may take, in milliseconds. */
  readonly withinMs: number
  /** Where it calls for this run of a job; nobody else can know it. */
  readonly urlOf: (job: JobId, run: number) => string
}

export const defaultUpstreamOperation: UpstreamOperation = {
  retryUnsafe: false,
  maxResultBytes: 16_777_216,
  giveUpMs: 86_400_000,
  callback: null,
}

/** How Buzzer shows itself to the upstream; never what its own callers showed. */
export type Credentials =
  | { readonly kind: 'header'; readonly name: string; readonly value: string }
  | { readonly kind: 'basic'; readonly username: string; readonly password: string }
  | OAuthClient

/** OAuth 2.0 client credentials (RFC 6749, section 4.4), the secret sent as HTTP Basic. */
export interface OAuthClient {
  readonly kind: 'oauth2'
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: string
  readonly scopes: readonly string[]
  /** Further fields of the token request, such as `audience` or `resource`. */
  readonly fields?: Readonly<Record<string, string>>
}

/** When calls are held off, and for how long. */
export interface BreakerTerms {
  /** Failures one after the other that open it. */
  readonly failures: number
  /** How long it stays open at first, in milliseconds; doubles while the upstream stays away. */
  readonly openMs: number
  readonly maxOpenMs: number
}

export const defaultBreaker: BreakerTerms = { failures: 5, openMs: 5_000, maxOpenMs: 120_000 }

/** How many calls may be second tries, so that an upstream in trouble is not given more of it. */
export interface RetryBudgetTerms {
  /** Retries per first call. */
  readonly ratio: number
  /** Retries that are always allowed, per second. */
  readonly perSecond: number
}

export const defaultRetryBudget: RetryBudgetTerms = { ratio: 0.2, perSecond: 10 }
