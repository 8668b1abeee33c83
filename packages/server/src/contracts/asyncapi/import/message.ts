import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import type { Dialect } from '../../schema/dialect.ts'
import { BrokenDocument, membersAt, resolvePart } from '../read/async-api-document.ts'

/** A message of a channel, as far as it is understood. */
export interface Message {
  readonly name: string
  readonly payload: Payload
  readonly notes: readonly string[]
}

/** What its data is checked against. */
export type Payload =
  | {
      readonly kind: 'schema'
      readonly source: unknown
      /** Where it stands in the document. */
      readonly pointer: string
      readonly dialect: Dialect
    }
  /** Any data is taken; the note says why. */
  | { readonly kind: 'anything' }

/**
 * @param part the message or a reference to it
 * @param pointer where it stands
 * @param key its name in the document, if it has one there
 */
export function readMessage(
  root: JsonObject,
  part: unknown,
  pointer: string,
  key: string | null,
): Message {
  const resolved = resolvePart(root, part, pointer)
  if (resolved.kind === 'elsewhere') {
    const notes = [`the message ${key ?? 'without a name'} ${resolved.detail}`]
    return { name: key ?? 'elsewhere', payload: { kind: 'anything' }, notes }
  }
  const message = withTraits(root, resolved.value, resolved.pointer)
  const name = key ?? nameOf(message, resolved.pointer)
  const { payload, note } = readPayload(root, message, `${resolved.pointer}/payload`)
  return {
    name,
    payload,
    notes: [
      ...(note === null ? [] : [`${name}: ${note}`]),
      ...['headers', 'correlationId', 'bindings'].flatMap((member) =>
        message[member] === undefined ? [] : [unused[member] ?? ''],
      ),
    ],
  }
}

const unused: Readonly<Record<string, string>> = {
  headers:
    'headers of its messages are not checked; what readers need of them belongs into the data',
  correlationId: 'correlation ids of its messages are not looked at; an event has an id of its own',
  bindings: 'bindings of its messages are those of another protocol, and are not used',
}

function nameOf(message: JsonObject, pointer: string): string {
  const given = [message['name'], message['messageId'], message['title']].find(
    (each) => typeof each === 'string' && each !== '',
  )
  return typeof given === 'string' ? given : (pointer.split('/').at(-1) ?? 'message')
}

/** What a message says itself counts before what its traits say. */
function withTraits(root: JsonObject, message: JsonObject, pointer: string): JsonObject {
  const { traits } = message
  if (!Array.isArray(traits)) return message
  const read = traits.map((trait: unknown, index) => {
    // Up to 2.6 a trait may stand in a list with what it is given.
    const one: unknown = Array.isArray(trait) ? trait[0] : trait
    const resolved = resolvePart(root, one, `${pointer}/traits/${index}`)
    return resolved.kind === 'here' ? resolved.value : {}
  })
  return Object.assign({}, ...read, message) as JsonObject
}

const anything = (note: string | null) => ({ payload: { kind: 'anything' } as const, note })

function readPayload(
  root: JsonObject,
  message: JsonObject,
  place: string,
): { readonly payload: Payload; readonly note: string | null } {
  const { payload } = message
  if (payload === undefined || payload === null)
    return anything('it has no payload, so that any data is taken')
  const { format, value: source, pointer } = schemaIn(message, place)
  const dialect = dialectNamed(format)
  if (dialect === null)
    return anything(`its schema is ${JSON.stringify(format)}, which is not read: any data is taken`)
  if (!isObject(source) && typeof source !== 'boolean')
    return anything('its payload is no schema, so that any data is taken')
  const contentType = message['contentType'] ?? root['defaultContentType']
  if (typeof contentType === 'string' && !/\bjson\b|\+json|\*/i.test(contentType))
    return anything(`its data is ${contentType}, not JSON, and is not checked`)
  if (typeof contentType === 'string' && /cloudevents/i.test(contentType))
    return ofEnvelope(root, { value: source, pointer }, dialect)
  return { payload: { kind: 'schema', source, pointer, dialect }, note: null }
}

/** Since 3.0 a payload may hold its schema beside what that is written in. */
function schemaIn(message: JsonObject, place: string): Placed & { readonly format: unknown } {
  const { payload, schemaFormat } = message
  return isObject(payload) && payload['schema'] !== undefined && 'schemaFormat' in payload
    ? { format: payload['schemaFormat'], value: payload['schema'], pointer: `${place}/schema` }
    : { format: schemaFormat, value: payload, pointer: place }
}

/** Null for a language that is no JSON Schema. */
function dialectNamed(format: unknown): Dialect | null {
  if (format === undefined || format === null) return 'draft-07'
  const text = typeof format === 'string' ? format : ''
  if (/vnd\.oai\.openapi/.test(text))
    return /version=3\.[1-9]/.test(text) ? '2020-12' : 'openapi-3.0'
  if (/vnd\.aai\.asyncapi/.test(text)) return 'draft-07'
  if (!/application\/schema\+(?:json|yaml)/.test(text)) return null
  return /20(?:19|20)-\d\d/.test(text) ? '2020-12' : 'draft-07'
}

/** A schema and where it stands. */
interface Placed {
  readonly value: unknown
  readonly pointer: string
}

/** Events are wrapped here anyway, so that what a whole CloudEvent holds is what is checked. */
function ofEnvelope(root: JsonObject, envelope: Placed, dialect: Dialect) {
  const data = dataOf(root, envelope, 0)
  if (data === null)
    return anything('its CloudEvents say nothing of their data, so that any is taken')
  const { value: source, pointer } = data
  return { payload: { kind: 'schema', source, pointer, dialect } as const, note: null }
}

const deepest = 8

function dataOf(root: JsonObject, { value, pointer }: Placed, depth: number): Placed | null {
  if (!isObject(value) || depth > deepest) return null
  const { properties, allOf, $ref } = value
  if (isObject(properties) && Object.hasOwn(properties, 'data'))
    return { value: properties['data'], pointer: `${pointer}/properties/data` }
  const next = (Array.isArray(allOf) ? (allOf as unknown[]) : []).map((each, index) => ({
    value: each,
    pointer: `${pointer}/allOf/${index}`,
  }))
  if (typeof $ref === 'string') {
    const resolved = safely(() => resolvePart(root, value, ''))
    if (resolved?.kind === 'here') next.push(resolved)
  }
  return next.map((each) => dataOf(root, each, depth + 1)).find((found) => found !== null) ?? null
}

function safely<Value>(read: () => Value): Value | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof BrokenDocument) return null
    throw error
  }
}

/** The messages of one channel as AsyncAPI 3 has them. */
export const readMessages = (
  root: JsonObject,
  messages: unknown,
  pointer: string,
): readonly Message[] =>
  membersAt(messages, pointer).map(([key, part]) =>
    readMessage(root, part, `${pointer}/${key}`, key),
  )
