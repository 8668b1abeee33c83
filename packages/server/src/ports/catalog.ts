import type { ValidationError } from '@buzzer/contract'
import type { ChannelHistory } from '../core/channel.ts'
import type { ChannelMatch } from '../core/channel-name.ts'
import type { Policies } from '../core/operation.ts'
import type { UpstreamRequest } from '../core/payload.ts'
import type { Runner } from './runner.ts'

/** Something that can be called, with all that the engine and the gateway need to know of it. */
export interface Operation {
  readonly name: string
  readonly summary: string | null
  readonly policies: Policies
  readonly runner: Runner
  /** How it is described and called; a service's operation is called by its upstream's route. */
  readonly call: NamedCall | RoutedCall
}

/** Called by name, with JSON. */
export interface NamedCall {
  readonly kind: 'named'
  /** JSON Schema 2020-12; null where anything is taken. */
  readonly inputSchema: JsonSchema | null
  readonly outputSchema: JsonSchema | null
  /** @param input undefined where there was no body */
  check(input: unknown): readonly ValidationError[]
}

/** Called as the wrapped API is, below the service's mount. */
export interface RoutedCall extends RequestChecks {
  readonly kind: 'routed'
  readonly service: string
  readonly mount: string
  readonly method: string
  /** The OpenAPI path template, below the mount. */
  readonly path: string
  /** What `/openapi.json` says of it; made when asked for. */
  document(): RouteDocument
  /** Lower-case names of the headers that the document declares or the service forwards. */
  readonly headers: ReadonlySet<string>
}

/** How requests of a wrapped API are checked against its document. */
export interface RequestChecks {
  /** Whether a body has to be at hand as a whole to be checked; else its media type will do. */
  readsWhole(mediaType: string | null): boolean
  /**
   * Checks path, query, headers and body against the document. Of a body that is `elsewhere`, only
   * that there is one, and its media type.
   */
  check(
    request: UpstreamRequest,
    body: Uint8Array | 'elsewhere',
    mediaType: string | null,
  ): RequestCheck
  /**
   * Checks a body that consists of parts, piece by piece.
   *
   * @returns null where this media type has none, or nothing is said about them
   */
  checkParts(mediaType: string | null): PartsCheck | null
}

/** Reads all that it is given. */
export type PartsCheck = (body: AsyncIterable<Uint8Array>) => Promise<RequestCheck>

/** Part of an OpenAPI 3.1 document. */
export interface RouteDocument {
  /** The operation object; its schemas refer to `#/components/schemas/{name}`. */
  readonly operation: Readonly<Record<string, unknown>>
  /** All that its schemas refer to, by names that no other service uses. */
  readonly schemas: ReadonlyMap<string, JsonSchema>
}

/** What a service's document says of a request, and so how it is answered. */
export type RequestCheck =
  | { readonly kind: 'ok' }
  /** 422 `validation-failed`. */
  | { readonly kind: 'invalid'; readonly errors: readonly ValidationError[] }
  /** 400 `malformed-body`: it cannot even be read as what it says that it is. */
  | { readonly kind: 'malformed'; readonly detail: string }
  /** 415 `unsupported-media-type`. */
  | { readonly kind: 'unsupported-media-type'; readonly accepted: readonly string[] }

export type JsonSchema = Readonly<Record<string, unknown>> | boolean

export type RouteMatch =
  | { readonly kind: 'matched'; readonly operation: Operation; readonly target: string }
  | { readonly kind: 'wrong-method'; readonly allow: readonly string[] }
  | { readonly kind: 'none' }

/** A declared channel, or a family of them where its name has parameters. */
export interface Channel {
  /** As it is declared, with dots: `quotes.{symbol}`. */
  readonly name: string
  readonly summary: string | null
  readonly history: ChannelHistory
  /** Nothing of it is stored. */
  readonly ephemeral: boolean
  /** All tenants have it in common. */
  readonly shared: boolean
  /** It is known who reads it. */
  readonly presence: boolean
  /** Null where anything is taken. */
  readonly dataSchema: JsonSchema | null
  /** @param data undefined where there is none */
  check(data: unknown): readonly ValidationError[]
}

/** The running definitions. */
export interface Catalog {
  operation(name: string): Operation | null
  operations(): readonly Operation[]
  /** @param name with dots or slashes; the match carries it as it is written everywhere */
  channel(name: string): ChannelMatch<Channel> | null
  channels(): readonly Channel[]
  /** @param target path and query as received; the match carries it without the mount */
  route(method: string, target: string): RouteMatch
}
