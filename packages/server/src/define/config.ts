import type { Duration } from '@buzzer/contract'
import type { ChannelDefinition } from './channel.ts'
import type {
  AdmissionOptions,
  DeadLetterOptions,
  LimitOptions,
  OperationDefinition,
} from './operation.ts'
import type { HookDefinition } from './hook.ts'
import type { ServiceDefinition } from './service.ts'

/** What `defineConfig()` takes. What is left out has its default. */
export interface ConfigOptions<
  Operations extends OperationDefinitions = OperationDefinitions,
  Services extends ServiceDefinitions = ServiceDefinitions,
  Channels extends ChannelDefinitions = ChannelDefinitions,
> {
  /** Functions that can be called, by name. */
  readonly operations?: Operations
  /** HTTP APIs that Buzzer wraps, by name. */
  readonly services?: Services
  /** Streams of events, by name. */
  readonly channels?: Channels
  /** Incoming webhooks, by the name in their address. */
  readonly hooks?: Readonly<Record<string, HookDefinition>>
  readonly outbound?: OutboundOptions
  /**
   * Where the truth is kept: `sqlite:` and a folder, relative to this file. Default: `sqlite:./data`.
   * `postgres://…` is not supported yet.
   */
  readonly store?: string
  /** Default: `memory`. `redis://…` is not supported yet. */
  readonly bus?: string
  /** Not supported yet. */
  readonly mqtt?: { readonly port: number } | null
  /** Who may call. Default: `none`, everybody on this machine; anything else is not supported yet. */
  readonly auth?: 'none' | AuthOptions
  /** The address that links are made with, where it is not the one that is listened on. */
  readonly publicUrl?: string | null
  /** The name or address to listen on. Default: `127.0.0.1`. */
  readonly host?: string
  /** Default: 2899; 0 for any that is free. */
  readonly port?: number
  /** The folder for local files, relative to this file. Default: the store's. */
  readonly data?: string
  readonly limits?: LimitOptions
  /** When calls are refused because too much waits. Default: 10,000,000 jobs of an operation. */
  readonly admission?: AdmissionOptions | null
  /** How much of what runs each tenant gets where several have work waiting. */
  readonly tenants?: Readonly<Record<string, TenantOptions>>
  readonly retention?: RetentionOptions
  /** Default: a warning at 100 dead letters of an operation. */
  readonly deadLetters?: DeadLetterOptions
  readonly workers?: WorkerOptions
  readonly log?: LogOptions
  readonly telemetry?: TelemetryOptions
  /**
   * How long a shutdown may take before what still runs is left to the rescue. Default: `25s`;
   * `buzzer dev` allows 1.25 s at most.
   */
  readonly shutdown?: Duration
}

export type OperationDefinitions = Readonly<Record<string, OperationDefinition>>
export type ServiceDefinitions = Readonly<Record<string, ServiceDefinition>>
export type ChannelDefinitions = Readonly<Record<string, ChannelDefinition>>

export interface TenantOptions {
  /** Turns that it has where others have one. Default: 1. */
  readonly share?: number
}

export interface OutboundOptions {
  /** Private addresses that Buzzer may call, such as `127.0.0.1:4000`; every other is refused. */
  readonly allow?: readonly string[]
}

export interface AuthOptions {
  /** `builtin`, or the URL of the one who issues the tokens. */
  readonly issuer: string
  readonly audience?: string
}

/** How long things are kept after their end. */
export interface RetentionOptions {
  /** Jobs with their payloads. Default: `7d`. */
  readonly jobs?: Duration
  /** That there was such a job. Default: `30d`. */
  readonly tombstones?: Duration
  /** Default: `7d`. */
  readonly events?: Duration
  /** What was delivered by webhooks and callbacks, with every attempt. Default: `30d`. */
  readonly deliveries?: Duration
}

export interface TelemetryOptions {
  /** Spans of each job, by OpenTelemetry; the standard `OTEL_*` variables count as well. */
  readonly traces?: {
    /**
     * The address that takes OTLP as protobuf over HTTP, with its path, such as
     * `http://127.0.0.1:4318/v1/traces`. Default: none, and nothing is traced.
     */
    readonly endpoint?: string | null
    /** The share of calls without a trace of their own that is traced. Default: 1, all. */
    readonly sample?: number
  }
}

export interface WorkerOptions {
  /** Attempts at the same time on this node; 0 only accepts. Default: 256. */
  readonly slots?: number
}

export interface LogOptions {
  /** Default: `info`. */
  readonly level?: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** Default: `pretty` on a terminal, else `json`. */
  readonly format?: 'json' | 'pretty'
}

declare const none: unique symbol

/** No names at all. */
type None = { readonly [none]?: never }

/**
 * Describes a Buzzer server; the default export of `buzzer.config.ts`.
 *
 * @returns what it was given, with its types: `createClient<typeof config>(…)` knows the names,
 * inputs and outputs of operations, and the names and data of channels
 */
export const defineConfig = <
  const Operations extends OperationDefinitions = None,
  const Services extends ServiceDefinitions = None,
  const Channels extends ChannelDefinitions = None,
>(
  options: ConfigOptions<Operations, Services, Channels>,
): ConfigOptions<Operations, Services, Channels> & {
  readonly operations: Operations
  readonly services: Services
  readonly channels: Channels
} => ({
  ...options,
  operations: options.operations ?? nothing(),
  services: options.services ?? nothing(),
  channels: options.channels ?? nothing(),
})

/** Nothing has no names, whatever names the type allows. */
const nothing = <Definitions extends object>(): Definitions => ({}) as Definitions
