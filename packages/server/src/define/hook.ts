import type { Duration } from '@buzzer/contract'

/** What `hook()` takes: how its calls are told from others, and one of the three things they do. */
export interface HookOptions {
  /** One line, for the documentation. */
  readonly summary?: string
  /** How the sender signs; `none` takes a call from anybody. */
  readonly verify: VerifyOptions | 'none'
  /** Each call is an event on a channel. */
  readonly publish?: HookPublishOptions
  /** Each call is a job, with the body as its input. */
  readonly submit?: HookSubmitOptions
  /** Each call is the end of a job that waits for its upstream: `callback` of an operation. */
  readonly finish?: HookFinishOptions
}

export interface HookPublishOptions {
  /** The name of one channel that the configuration declares. */
  readonly channel: string
  /**
   * The type of the events; `{type}` in it stands for the sender's own: `type` in a JSON body, for
   * GitHub the name of the event. Default: the sender's own, or `hook.{name}`.
   */
  readonly type?: string
}

export interface HookSubmitOptions {
  /** An operation of this configuration that a handler runs. */
  readonly operation: string
}

export interface HookFinishOptions {
  /** What in the body says that the work has failed. Default: nothing, a call is a success. */
  readonly failed?: {
    /** A JSON Pointer into the body, such as `/status`. */
    readonly at: string
    readonly equals: readonly (string | number | boolean | null)[]
  }
}

/** How a sender signs. */
export type VerifyOptions =
  | StandardVerifyOptions
  | StripeVerifyOptions
  | GithubVerifyOptions
  | HmacVerifyOptions

/** Several secrets are taken at the same time while they are rotated; one has to match. */
export interface SecretOptions {
  /** From the environment. */
  readonly secret?: string | undefined
  readonly secrets?: readonly (string | undefined)[]
}

/** Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`. */
export interface StandardVerifyOptions extends SecretOptions {
  readonly scheme: 'standard'
  /** The sender's ed25519 key, `whpk_…`, for signatures of version `v1a`. */
  readonly publicKey?: string | undefined
  /** How far the sender's clock and ours may be apart. Default: `5m`. */
  readonly tolerance?: Duration
}

/** `Stripe-Signature`. */
export interface StripeVerifyOptions extends SecretOptions {
  readonly scheme: 'stripe'
  /** How far the sender's clock and ours may be apart. Default: `5m`. */
  readonly tolerance?: Duration
}

/** `X-Hub-Signature-256`. GitHub signs no time, so that an old call cannot be told from a new one. */
export interface GithubVerifyOptions extends SecretOptions {
  readonly scheme: 'github'
}

/** An HMAC in a header of any name. */
export interface HmacVerifyOptions extends SecretOptions {
  readonly scheme: 'hmac'
  /** The one with the signature. */
  readonly header: string
  /** Default: `sha256`. */
  readonly algorithm?: 'sha256' | 'sha512' | 'sha1'
  /** Default: `hex`. */
  readonly encoding?: 'hex' | 'base64'
  /** What stands before the signature in its header, such as `sha256=`. Default: nothing. */
  readonly prefix?: string
  /**
   * What is signed, such as `v0:{timestamp}:{body}`. Default: `{body}`, or `{timestamp}.{body}`
   * where there is a timestamp.
   */
  readonly content?: string
  /** The header with the time of the signature, in seconds (`s`, the default) or `ms` since 1970. */
  readonly timestamp?: { readonly header: string; readonly unit?: 's' | 'ms' }
  /** The header with the sender's id of the delivery, by which one that comes again is known. */
  readonly id?: string
  /** How far the sender's clock and ours may be apart. Default: `5m`. */
  readonly tolerance?: Duration
}

export interface HookDefinition {
  readonly kind: 'hook'
  readonly options: HookOptions
}

/**
 * Declares an incoming webhook: `POST /v1/hooks/{name}`, called by somebody else's system.
 *
 * What it is called with is verified before anything of it is read, and a delivery that comes again
 * is done once.
 */
export const hook = (options: HookOptions): HookDefinition => ({ kind: 'hook', options })
