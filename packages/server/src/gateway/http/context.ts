import type { Engine } from '../../engine/engine.ts'
import type { Encoding } from './answer/encoding.ts'
import type { Authenticator, JobTokens, Tickets } from '../../ports/auth.ts'
import type { Catalog } from '../../ports/catalog.ts'
import type { HookTokens, Hooks } from '../../ports/hooks.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { Renderings } from '../renderings.ts'
import type { OpenStreams } from './answer/open-streams.ts'
import type { TurnEnd } from './answer/turn-end.ts'
import type { Registry } from '../../ports/registry.ts'
import type { Telemetry } from '../../ports/telemetry.ts'
import type { WebhookKeys } from '../../ports/webhook-keys.ts'
import type { Tracing } from '../../ports/tracing.ts'

/** What the HTTP edge stands on. */
export interface HttpContext {
  readonly engine: Engine
  readonly catalog: Catalog
  readonly registry: Registry
  readonly clock: Clock
  readonly log: Log
  readonly telemetry: Telemetry
  /** Null where nobody wants to see where the time went. */
  readonly tracing: Tracing | null
  readonly auth: Authenticator
  readonly tokens: JobTokens
  readonly tickets: Tickets
  readonly webhookKeys: Pick<WebhookKeys, 'publicKey'>
  readonly hooks: Hooks
  readonly hookTokens: HookTokens
  /** The server's own address without a trailing slash. */
  readonly publicUrl: () => string
  readonly limits: { readonly bodyBytes: number }
  readonly documents: ApiDocuments
  readonly docsFiles: DocsFiles
  readonly renderings: Renderings
  readonly streams: OpenStreams
  readonly turnEnd: TurnEnd
  /** OpenMetrics text and its media type. */
  readonly metrics: () => Promise<{ readonly text: string; readonly mediaType: string }>
  /** Aborted at the first sign of a shutdown: nothing new is taken, streams and waits end. */
  readonly stopping: AbortSignal
}

/** What sending an answer needs of it. */
export type SendContext = Pick<HttpContext, 'stopping' | 'log' | 'streams' | 'clock' | 'telemetry'>

/** The contracts as they are served, made from the running definitions. */
export interface ApiDocuments {
  openapi(version: '3.1' | '3.2', format: 'json' | 'yaml'): Promise<string>
  asyncapi(format: 'json' | 'yaml'): Promise<string>
}

/** The files of the pages that render these documents. */
export interface DocsFiles {
  /** @returns null where there is none of this name, or it is not installed */
  read(name: string): Promise<DocsFile | null>
}

export interface DocsFile {
  readonly mediaType: string
  readonly bytes: Uint8Array
  /** Of its bytes: other bytes, other hash. */
  readonly hash: string
  encoded(encoding: Encoding): Promise<Uint8Array>
}
