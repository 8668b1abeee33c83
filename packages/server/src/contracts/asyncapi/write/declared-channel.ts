import type { ChannelEntry } from '../../../ports/registry.ts'
import { dialectOf } from '../../schema/dialect.ts'
import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import { createReferences } from '../../schema/references.ts'
import { createSchemaWriter } from '../../schema/schema-writer.ts'
import { eventMessage, ownEvent } from './envelope.ts'
import type { Names } from './names.ts'
import { olderSchema } from './older-schema.ts'
import { httpBinding, messagesOf, onHttp, onWebSocket, text, type Part } from './part.ts'

/** How far a reader goes back, in every protocol. */
export const since: JsonObject = {
  type: 'string',
  pattern: '^[0-9]{1,16}$',
  description: 'The cursor after which to begin, 0 for all that is kept; without one, from now on',
}
const ticket: JsonObject = { type: 'string', description: 'From `POST /v1/tickets`' }
const as: JsonObject = { type: 'string', minLength: 1, maxLength: 64, description: 'Who reads' }

interface Declared {
  readonly name: string
  readonly options: JsonObject
  /** How the document calls it. */
  readonly id: string
}

/**
 * Describes a channel that was declared: who reads it gets events, who publishes sends them whole
 * or only their data.
 *
 * @param taken names of schemas that stand for something else already
 */
export function writeChannel(entry: ChannelEntry, names: Names, taken: Set<string>): Part {
  const { name, options } = entry
  const declared = { name, options, id: names.of('channel', name) }
  const { schema, schemas } = dataOf(declared, taken)
  const publish = names.of('publish', name)
  const subscribe = names.of('subscribe', name)
  const query = { since, ticket, ...(options['presence'] === true ? { as } : {}) }
  const presence = options['presence'] === true ? writePresence(declared, names) : null
  const path = `/v1/channels/${name}`
  return {
    channels: {
      [declared.id]: {
        'address': name,
        'title': name,
        'description': describe(declared),
        ...parametersOf(name),
        'servers': [onHttp, onWebSocket],
        'messages': {
          event: eventMessage(`An event on ${name}`, schema),
          publication: eventMessage(`An event for ${name}`, schema, { envelope: 'Publication' }),
          data: {
            name: `Data for ${name}`,
            title: `Data for ${name}`,
            summary: 'Becomes an event of the type that `?type=` says, else `message`',
            contentType: 'application/json',
            payload: schema,
          },
        },
        'bindings': wsBinding(query),
        'x-buzzer': factsOf(declared),
      },
      ...presence?.channels,
    },
    operations: {
      [subscribe]: {
        action: 'send',
        channel: { $ref: `#/channels/${declared.id}` },
        title: `Subscribe to ${name}`,
        summary: `\`GET ${path}/events\` (SSE, long polling), \`${path}/ws\` or \`/v1/ws\` (WebSocket)`,
        messages: messagesOf(declared.id, ['event']),
        bindings: httpBinding('GET', query),
      },
      [publish]: {
        action: 'receive',
        channel: { $ref: `#/channels/${declared.id}` },
        title: `Publish to ${name}`,
        summary: `\`POST ${path}/events\`, \`${path}/ws\` or \`/v1/ws\` (WebSocket)`,
        messages: messagesOf(declared.id, ['publication', 'data']),
        bindings: httpBinding('POST', { type: text, subject: text }),
      },
      ...presence?.operations,
    },
    schemas,
  }
}

/** Who reads a channel, as events. */
function writePresence({ name }: Declared, names: Names): Part {
  const id = names.of('presence', name)
  const data = {
    type: 'object',
    required: ['name', 'count'],
    properties: { name: text, count: { type: 'integer', minimum: 0 } },
  }
  return {
    channels: {
      [id]: {
        'address': `presence/${name}`,
        'title': `Who reads ${name}`,
        'description': `Who comes and goes, with how many are there then. Ephemeral: what is kept of it is in memory only.`,
        ...parametersOf(name),
        'servers': [onHttp, onWebSocket],
        'messages': {
          joined: ownEvent('presence.joined', data),
          left: ownEvent('presence.left', data),
        },
        'bindings': wsBinding({ since, ticket }),
        'x-buzzer': { ephemeral: true },
      },
    },
    operations: {
      [names.of('subscribe-presence', name)]: {
        action: 'send',
        channel: { $ref: `#/channels/${id}` },
        title: `Watch who reads ${name}`,
        summary: `The list of them: \`GET /v1/channels/${name}/presence\``,
        messages: messagesOf(id, ['joined', 'left']),
      },
    },
  }
}

const wsBinding = (query: JsonObject): JsonObject => ({
  ws: { method: 'GET', query: { type: 'object', properties: query }, bindingVersion: '0.1.0' },
})

/** Every `{parameter}` of an address. */
function parametersOf(address: string): JsonObject {
  const names = [...address.matchAll(/\{([^{}]+)\}/g)].map(([, name = '']) => name)
  if (names.length === 0) return {}
  const segment = { description: 'One segment of the name, without dots and slashes' }
  return { parameters: Object.fromEntries(names.map((name) => [name, segment])) }
}

function dataOf({ id, options }: Declared, taken: Set<string>) {
  const { data } = options
  if (!isObject(data)) return { schema: olderSchema(data), schemas: {} }
  const writer = createSchemaWriter({
    prefix: id,
    root: data,
    references: createReferences(data),
    dialect: dialectOf(data),
    taken,
  })
  const schema = olderSchema(writer.write(data))
  const schemas = [...writer.schemas].map(([name, one]) => [name, olderSchema(one)] as const)
  return { schema, schemas: Object.fromEntries(schemas) }
}

/** What of its declaration readers and publishers should know. */
const factsOf = ({ options }: Declared): JsonObject =>
  Object.fromEntries(
    ['ephemeral', 'shared', 'presence', 'history'].flatMap((name) =>
      options[name] === undefined || options[name] === false ? [] : [[name, options[name]]],
    ),
  )

function describe({ options }: Declared): string {
  const { summary, ephemeral, shared, history } = options
  const { count, age } = isObject(history) ? history : {}
  const bounds = [
    ...(typeof count === 'number' ? [`the latest ${count} events`] : []),
    ...(typeof age === 'string' ? [`none older than ${age}`] : []),
  ].join(', ')
  return [
    ...(typeof summary === 'string' ? [`${summary}\n\n`] : []),
    ephemeral === true
      ? 'Ephemeral: nothing of it is on disk, its latest events are in memory only.'
      : 'Durable: an event is on disk before its publication is answered.',
    ...(bounds === '' ? [] : [`It keeps ${bounds}.`]),
    shared === true ? 'Shared: all tenants have it in common.' : 'Each tenant has its own.',
  ].join(' ')
}
