import type { CallbackOptions } from './callback.ts'
import type { OwnPolicyOptions, PolicyOptions } from './operation.ts'

/** What `service()` takes: an HTTP API that Buzzer wraps. */
export interface ServiceOptions extends PolicyOptions {
  /** A path (relative to the configuration file), a URL, or the OpenAPI document itself. */
  readonly openapi: string | URL | Readonly<Record<string, unknown>>
  /** Where the upstream is; its document's first server where this is left out. */
  readonly url?: string
  /** Where it is mounted. Default: `/api/{service}`. */
  readonly mount?: string
  /** Policies of single operations, by operationId. */
  readonly operations?: Readonly<Record<string, ServiceOperationOptions>>
  /** How Buzzer shows itself to the upstream; keep secrets in the environment. */
  readonly credentials?: Credentials
  /** Headers of the caller that are passed on besides those that the document declares. */
  readonly forward?: readonly string[]
  /** Only these, by operationId, tag or path. */
  readonly include?: readonly string[]
  /** Not these, by operationId, tag or path. */
  readonly exclude?: readonly string[]
  /** Other origins at which the upstream's status monitors may be polled, without credentials. */
  readonly followOrigins?: readonly string[]
}

export interface ServiceOperationOptions extends OwnPolicyOptions {
  /**
   * Repeat calls that are not idempotent also after a timeout or a broken answer, when nobody
   * knows whether the upstream has done its work. A crash of Buzzer in the middle of a call is the
   * one case in which they are repeated whatever this says, with the same `Idempotency-Key`, since a
   * job runs at least once. Default: `false`.
   */
  readonly retryUnsafe?: boolean
  /**
   * The upstream answers 202 and calls a hook when it is done. The job then waits without a slot,
   * and what the upstream calls with is its result.
   */
  readonly callback?: CallbackOptions
}

export type Credentials =
  | { readonly header: string; readonly value: string }
  | { readonly basic: { readonly username: string; readonly password: string } }
  | {
      readonly oauth2: {
        readonly tokenUrl: string
        readonly clientId: string
        readonly clientSecret: string
        /** Divided by spaces. */
        readonly scope?: string
      }
    }

export interface ServiceDefinition {
  readonly kind: 'service'
  readonly options: ServiceOptions
}

/**
 * Wraps an HTTP API that an OpenAPI document describes: each of its operations can be called
 * below the mount as the API itself is, and becomes a job.
 */
export const service = (options: ServiceOptions): ServiceDefinition => ({
  kind: 'service',
  options,
})
