import type { ChannelDefinition } from '../define/channel.ts'
import type { AdmissionPolicy } from '../core/admission.ts'
import type { OperationDefinition } from '../define/operation.ts'
import type { HookDefinition } from '../define/hook.ts'
import type { ServiceDefinition } from '../define/service.ts'

/** All that the process needs to know, checked and complete; times in milliseconds. */
export interface Config {
  /** The configuration file; null where none was found or given. */
  readonly file: string | null
  /** What relative paths in it are relative to. */
  readonly folder: string
  /** Local files: keys, and the embedded store unless it names another folder. */
  readonly dataFolder: string
  readonly host: string
  /** 0 for any free one. */
  readonly port: number
  /** Without a trailing slash; null for the address that the server listens on. */
  readonly publicUrl: string | null
  readonly store: StoreConfig
  readonly bus: { readonly kind: 'memory' }
  readonly auth: { readonly kind: 'none' }
  /** The key behind job tokens; null for the one in `{data}/secret.key`. */
  readonly secret: string | null
  readonly operations: Readonly<Record<string, OperationDefinition>>
  readonly services: Readonly<Record<string, ServiceDefinition>>
  /** Declared and described; nothing is published to them yet. */
  readonly channels: Readonly<Record<string, ChannelDefinition>>
  /** Incoming webhooks, with the secrets of their senders. */
  readonly hooks: Readonly<Record<string, HookDefinition>>
  /** Private addresses that may be called. */
  readonly outboundAllow: readonly string[]
  readonly limits: { readonly bodyBytes: number; readonly resultBytes: number }
  readonly retention: RetentionConfig
  /** What may wait of any operation before calls are refused. */
  readonly admission: AdmissionPolicy
  /** How many turns each tenant has where others have one. */
  readonly shares: Readonly<Record<string, number>>
  /** How many dead letters of an operation are worth a warning; 0 for none. */
  readonly deadLetterAlert: number
  /** Attempts at the same time on this node. */
  readonly slots: number
  readonly log: { readonly level: LogLevel; readonly format: LogFormat }
  /** Where spans go; null where nothing is traced. */
  readonly traces: TracesConfig | null
  /** How long a shutdown may take. */
  readonly shutdownMs: number
}

export interface StoreConfig {
  readonly kind: 'sqlite'
  readonly folder: string
}

/** How long things are kept after their end. */
interface RetentionConfig {
  readonly jobsMs: number
  readonly tombstonesMs: number
  readonly eventsMs: number
  readonly deliveriesMs: number
}

/** OpenTelemetry: spans by OTLP, as protobuf over HTTP. */
export interface TracesConfig {
  readonly endpoint: string
  /** Sent with every export, as to show who sends. */
  readonly headers: readonly (readonly [string, string])[]
  readonly gzip: boolean
  readonly timeoutMs: number
  /** The share of traces that is recorded; what the caller's flag says goes before, if it follows. */
  readonly sampling: { readonly followsParent: boolean; readonly ratio: number }
  /** What is said of this process, `service.name` among it. */
  readonly resource: Readonly<Record<string, string>>
  readonly queue: { readonly spans: number; readonly batch: number; readonly delayMs: number }
  /** What could not be followed, to be told once. */
  readonly notes: readonly string[]
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
type LogLevel = (typeof logLevels)[number]

export const logFormats = ['json', 'pretty'] as const
export type LogFormat = (typeof logFormats)[number]
