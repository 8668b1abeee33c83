import { finalStates } from '@buzzer/contract'
import type {
  JsonSchema,
  NamedCall,
  Operation,
  RouteDocument,
  RoutedCall,
} from '../../../ports/catalog.ts'
import { dialectOf } from '../../schema/dialect.ts'
import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import { createReferences } from '../../schema/references.ts'
import { createSchemaWriter } from '../../schema/schema-writer.ts'
import { since } from './declared-channel.ts'
import { ownEvent } from './envelope.ts'
import { jobData, keyOf } from './job-channels.ts'
import type { Names } from './names.ts'
import { olderSchema, olderSchemas } from './older-schema.ts'
import {
  httpBinding,
  messagesOf,
  onHttp,
  onWebSocket,
  refer,
  type Messages,
  together,
  type Part,
} from './part.ts'

/** How an operation is called, and what comes of it. */
interface Written {
  readonly method: string
  readonly path: string
  readonly parameters: JsonObject
  readonly requests: Messages
  /** Null where the result is no JSON that is known. */
  readonly result: JsonObject | null
  readonly schemas: ReadonlyMap<string, JsonSchema>
}

/** An operation with what the document of its service says of it, which takes a while to make. */
export interface Documented {
  readonly operation: Operation
  readonly document: RouteDocument | null
}

export const documented = (operation: Operation): Documented => ({
  operation,
  document: operation.call.kind === 'routed' ? operation.call.document() : null,
})

/**
 * Describes an operation as request and reply: who submits is told where the job is, and its
 * outcome comes there and on the operation's own channel.
 *
 * @param taken names of schemas that stand for something else already
 */
export function writeOperation(
  { operation, document }: Documented,
  names: Names,
  taken: Set<string>,
): Part {
  const { name, call } = operation
  const written =
    call.kind === 'named'
      ? writeNamed(name, call, names.of('input', name), taken)
      : writeRouted(name, call, document?.operation ?? {})
  const outcomes: Messages = Object.fromEntries(
    finalStates.map((state) => {
      const type = `job.${state}`
      return [keyOf(type), ownEvent(type, jobData(state === 'succeeded' ? written.result : null))]
    }),
  )
  return together(
    writeOutcomes(name, outcomes, names),
    writeRequest(operation, written, outcomes, names),
    { channels: {}, operations: {}, schemas: olderSchemas(written.schemas) },
  )
}

function writeOutcomes(name: string, messages: Messages, names: Names): Part {
  const id = names.of('outcomes', name)
  const address = `operations/${plainAddress(name)}`
  return {
    channels: {
      [id]: {
        address,
        title: `Outcomes of ${name}`,
        description: 'One event for each outcome of its jobs, in the order of their commits.',
        servers: [onHttp, onWebSocket],
        messages,
      },
    },
    operations: {
      [names.of('watch', name)]: {
        action: 'send',
        channel: refer('channels', id),
        title: `Watch the outcomes of ${name}`,
        summary: `\`GET /v1/channels/${encodeURIComponent(address)}/events\` (SSE, long polling), or \`/v1/ws\` (WebSocket)`,
        messages: messagesOf(id, Object.keys(messages)),
        bindings: httpBinding('GET', { since }),
      },
    },
  }
}

/** The submission as a request, whose replies come on the channel that its acceptance names. */
function writeRequest(operation: Operation, written: Written, outcomes: Messages, names: Names) {
  const { name, summary } = operation
  const request = names.of('request', name)
  const reply = names.of('job', name)
  const { method, path, requests, parameters } = written
  return {
    channels: {
      [request]: {
        address: path,
        title: `Calls of ${name}`,
        description: `\`${method} ${path}\`${overSocket(operation)}`,
        ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
        servers: [onHttp],
        messages: requests,
      },
      [reply]: {
        address: null,
        title: `The job of a call of ${name}`,
        description: 'The channel `jobs/{jobId}` of the job that the call became.',
        servers: [onHttp, onWebSocket],
        messages: { accepted, ...outcomes },
      },
    },
    operations: {
      [names.of('submit', name)]: {
        action: 'receive',
        channel: refer('channels', request),
        title: `Submit ${name}`,
        summary: summary ?? `Runs ${name}`,
        messages: messagesOf(request, Object.keys(requests)),
        ...(bindable.has(method) ? { bindings: httpBinding(method as 'POST') } : {}),
        reply: {
          address: {
            location: '$message.payload#/links/events',
            description: 'Of the acceptance (202): the stream of the channel `jobs/{jobId}`.',
          },
          channel: refer('channels', reply),
          messages: messagesOf(reply, ['accepted', ...Object.keys(outcomes)]),
        },
      },
    },
  }
}

const bindable: ReadonlySet<string> = new Set(
  'GET PUT POST PATCH DELETE HEAD OPTIONS CONNECT TRACE'.split(' '),
)

const overSocket = ({ call }: Operation): string =>
  call.kind === 'named' ? ', or `submit` on `/v1/ws`' : ', as the API has it that is wrapped'

const accepted: JsonObject = {
  name: 'Accepted',
  title: 'Accepted',
  summary: '202: durable, and to be run. A call that waits for its result may get that instead.',
  contentType: 'application/json',
  payload: refer('components', 'schemas', 'AcceptedJob'),
}

const request = (name: string, contentType: string, payload: JsonObject): JsonObject => ({
  name: `Input of ${name}`,
  title: `Input of ${name}`,
  contentType,
  payload,
})

function writeNamed(name: string, call: NamedCall, prefix: string, taken: Set<string>): Written {
  const schemas = new Map<string, JsonSchema>()
  const write = (part: string, source: JsonSchema | null): JsonObject => {
    if (!isObject(source)) return olderSchema(source)
    const writer = createSchemaWriter({
      prefix: prefix + part,
      root: source,
      references: createReferences(source),
      dialect: dialectOf(source),
      taken,
    })
    const schema = olderSchema(writer.write(source))
    for (const [named, one] of writer.schemas) schemas.set(named, one)
    return schema
  }
  const input = write('', call.inputSchema)
  return {
    method: 'POST',
    path: `/v1/operations/${encodeURIComponent(name)}/jobs`,
    parameters: {},
    requests: { input: request(name, 'application/json', input) },
    result: call.outputSchema === null ? null : write('.output', call.outputSchema),
    schemas,
  }
}

function writeRouted(name: string, call: RoutedCall, operation: JsonObject): Written {
  const { path, parameters } = addressOf(call)
  const body = operation['requestBody']
  const content = isObject(body) && isObject(body['content']) ? Object.entries(body['content']) : []
  const requests = content.map(([mediaType, media], index) => {
    const schema = isObject(media) ? olderSchema(media['schema']) : {}
    return [index === 0 ? 'input' : `input-${index + 1}`, request(name, mediaType, schema)] as const
  })
  return {
    method: call.method.toUpperCase(),
    path,
    parameters,
    requests:
      requests.length === 0
        ? {
            input: { name: `Call of ${name}`, title: `Call of ${name}`, summary: 'Without a body' },
          }
        : Object.fromEntries(requests),
    result: null,
    schemas: new Map(),
  }
}

/** Names of parameters in addresses are letters, digits, `_` and `-`. */
function addressOf({ mount, path }: RoutedCall) {
  const parameters: Record<string, JsonObject> = {}
  const written = `${mount.replace(/\/$/, '')}${path}`.replaceAll(/\{([^{}]*)\}/g, (_, given) => {
    const name = String(given).replaceAll(/[^\w-]+/g, '-') || '-'
    parameters[name] = { description: `\`${String(given)}\` of the path` }
    return `{${name}}`
  })
  return { path: plainAddress(written), parameters }
}

/** An address holds neither a query nor a fragment. */
const plainAddress = (text: string): string => text.replaceAll('?', '%3F').replaceAll('#', '%23')
