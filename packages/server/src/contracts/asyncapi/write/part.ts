import type { JsonObject } from '../../schema/json-pointer.ts'

/** What one thing that runs here adds to the document; all of it by names that nothing else has. */
export interface Part {
  readonly channels: JsonObject
  readonly operations: JsonObject
  readonly schemas?: JsonObject
}

export type Messages = Readonly<Record<string, JsonObject>>

export const refer = (...steps: readonly string[]): JsonObject => ({ $ref: `#/${steps.join('/')}` })

/** Messages of a channel, as its operations have to name them. */
export const messagesOf = (channel: string, names: readonly string[]): readonly JsonObject[] =>
  names.map((name) => refer('channels', channel, 'messages', name))

export const onHttp: JsonObject = refer('servers', 'http')
export const onWebSocket: JsonObject = refer('servers', 'websocket')

export const httpBinding = (method: 'GET' | 'POST', query: JsonObject = {}): JsonObject => ({
  http: {
    method,
    bindingVersion: '0.3.0',
    ...(Object.keys(query).length === 0
      ? {}
      : { query: { type: 'object', properties: query, additionalProperties: false } }),
  },
})

export const text: JsonObject = { type: 'string' }

/** Puts parts together, whose names are never the same. */
export const together = (...parts: readonly Part[]): Required<Part> => ({
  channels: Object.assign({}, ...parts.map(({ channels }) => channels)) as JsonObject,
  operations: Object.assign({}, ...parts.map(({ operations }) => operations)) as JsonObject,
  schemas: Object.assign({}, ...parts.map(({ schemas }) => schemas ?? {})) as JsonObject,
})
