import type { OperationDefinition } from '../define/operation.ts'
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
  /** Private addresses that may be called. */
  readonly outboundAllow: readonly string[]
  readonly limits: { readonly bodyBytes: number; readonly resultBytes: number }
  readonly retention: RetentionConfig
  /** Attempts at the same time on this node. */
  readonly slots: number
  readonly log: { readonly level: LogLevel; readonly format: LogFormat }
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
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
type LogLevel = (typeof logLevels)[number]

export const logFormats = ['json', 'pretty'] as const
export type LogFormat = (typeof logFormats)[number]
