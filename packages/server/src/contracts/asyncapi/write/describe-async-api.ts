import type { JsonSchema, Operation } from '../../../ports/catalog.ts'
import type { ChannelEntry } from '../../../ports/registry.ts'
import { schemas as wireSchemas } from '../../openapi/write/components.ts'
import type { JsonObject } from '../../schema/json-pointer.ts'
import { writeChannel } from './declared-channel.ts'
import { cloudEventSchema, draftSchema, publicationSchema } from './envelope.ts'
import { ownChannels } from './job-channels.ts'
import { createNames } from './names.ts'
import { olderSchema, olderSchemas } from './older-schema.ts'
import { together, type Part } from './part.ts'
import { socketChannel } from './socket-channel.ts'
import { documented, writeOperation } from './submittable-operation.ts'
import { webhookChannel } from './webhook-channel.ts'

export interface AsyncApiDescription {
  /** The running definitions. */
  readonly operations: readonly Operation[]
  readonly channels: readonly ChannelEntry[]
  /** Where the API is reached, without a slash at the end. */
  readonly publicUrl: string
  readonly title: string
}

/** Describes all that is sent and received here as an AsyncAPI 3.1 document. */
export function describeAsyncApi(description: AsyncApiDescription): JsonObject {
  const { operations, channels, publicUrl, title } = description
  const names = createNames()
  const called = operations.map(documented)
  // Operations of one service share their schemas, which have their names already.
  const shared = new Set(called.flatMap(({ document }) => document?.schemas ?? []))
  const taken = new Set([...shared].flatMap((schemas) => [...schemas.keys()]))
  const usable = channels.filter(({ problem, shadowed }) => problem === null && !shadowed)
  const whole = together(
    ...usable.map((entry) => writeChannel(entry, names, taken)),
    ownChannels,
    ...called.map((each) => writeOperation(each, names, taken)),
    ...[...shared].map(writeSchemas),
    socketChannel,
    webhookChannel,
  )
  return {
    asyncapi: '3.1.0',
    info: {
      title,
      version: '1.0.0',
      description:
        'Calls are accepted at once and kept until they have run; everything that happens is an event on a channel. What Buzzer sends can be subscribed to, what it receives can be published.',
    },
    defaultContentType: 'application/json',
    servers: serversAt(publicUrl),
    channels: whole.channels,
    operations: whole.operations,
    components: { schemas: { ...whole.schemas, ...ownSchemas } },
  }
}

const writeSchemas = (schemas: ReadonlyMap<string, JsonSchema>): Part => ({
  channels: {},
  operations: {},
  schemas: olderSchemas(schemas),
})

const ownSchemas: JsonObject = {
  ...Object.fromEntries(
    ['Job', 'AcceptedJob', 'Batch', 'Problem'].map((name) => [
      name,
      olderSchema(wireSchemas[name]),
    ]),
  ),
  CloudEvent: cloudEventSchema,
  Publication: publicationSchema,
  Draft: draftSchema,
}

function serversAt(publicUrl: string): JsonObject {
  const { protocol, host, pathname } = new URL(publicUrl)
  const place = { host, ...(pathname === '/' ? {} : { pathname }) }
  const isSafe = protocol === 'https:'
  return {
    http: {
      ...place,
      protocol: isSafe ? 'https' : 'http',
      description: 'Submitting, publishing, server-sent events and long polling',
    },
    websocket: {
      ...place,
      protocol: isSafe ? 'wss' : 'ws',
      description: 'WebSockets, with the subprotocol `buzzer.v1` or `cloudevents.json`',
    },
  }
}
