import type { ValidationError } from '@buzzer/contract'
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
export interface RoutedCall {
  readonly kind: 'routed'
  readonly service: string
  readonly mount: string
  readonly method: string
  /** The OpenAPI path template, below the mount. */
  readonly path: string
  /** The operation object of the service's document with its references resolved, for `/openapi.json`. */
  readonly document: Readonly<Record<string, unknown>>
  /** Lower-case names of the headers that the document declares or the service forwards. */
  readonly headers: ReadonlySet<string>
  /** Checks path, query, headers and body against the document. */
  check(request: UpstreamRequest, body: Uint8Array, mediaType: string | null): readonly ValidationError[]
}

export type JsonSchema = Readonly<Record<string, unknown>> | boolean

export type RouteMatch =
  | { readonly kind: 'matched'; readonly operation: Operation; readonly target: string }
  | { readonly kind: 'wrong-method'; readonly allow: readonly string[] }
  | { readonly kind: 'none' }

/** The running definitions. */
export interface Catalog {
  operation(name: string): Operation | null
  operations(): readonly Operation[]
  /** @param target path and query as received; the match carries it without the mount */
  route(method: string, target: string): RouteMatch
}
