import type { JsonObject } from '../../../schema/json-pointer.ts'
import { json, merge, problemAnswers, refer, type Answers } from '../answers.ts'
import type { DescribedRoute } from '../described-route.ts'
import { pageParameters, query } from './jobs.ts'

const name: JsonObject = {
  name: 'name',
  in: 'path',
  required: true,
  schema: { type: 'string' },
}
const conditions: readonly JsonObject[] = [
  {
    name: 'If-Match',
    in: 'header',
    schema: { type: 'string' },
    description: 'The `ETag` that it has to have still, or `*` for any.',
  },
  {
    name: 'If-None-Match',
    in: 'header',
    schema: { const: '*' },
    description: 'Only where there is none yet.',
  },
]
const anything: JsonObject = { type: 'object' }
const version: JsonObject = { type: 'integer', description: 'Counts its changes.' }

/** What every definition says of itself. */
const about: JsonObject = {
  name: { type: 'string' },
  origin: { type: 'string', enum: ['config', 'store'] },
  version: { type: ['integer', 'null'], description: 'Null where it stands in the configuration.' },
  changedAt: { type: ['string', 'null'], format: 'date-time' },
  changedBy: { type: ['string', 'null'] },
  shadowed: { type: 'boolean', description: 'The configuration has one of the same name.' },
  problem: { type: ['string', 'null'], description: 'Why it is not used.' },
}
const described = (more: JsonObject): JsonObject => ({
  type: 'object',
  required: Object.keys(about),
  properties: { ...about, ...more },
})
const texts: JsonObject = { type: 'array', items: { type: 'string' } }
const schemas = {
  service: described({
    title: { type: ['string', 'null'] },
    mount: { type: 'string' },
    url: { type: ['string', 'null'] },
    operations: texts,
    notes: texts,
    definition: { description: 'What `PUT` takes, with secrets as `***`; not in lists.' },
  }),
  operation: described({
    summary: { type: ['string', 'null'] },
    service: { type: ['string', 'null'] },
    method: { type: 'string' },
    path: { type: 'string' },
    mode: { type: 'string', enum: ['async', 'adaptive', 'sync'] },
    policies: anything,
    changed: { type: 'object', description: 'Policies that were changed at run time.' },
    input: { description: 'JSON Schema; null where anything is taken.' },
    output: { description: 'JSON Schema; null where anything may come.' },
    openapi: { description: 'What the document of a wrapped API says of it; not in lists.' },
  }),
  channel: described({
    data: { description: 'JSON Schema; without it anything is taken.' },
    history: {},
    shared: { type: 'boolean' },
    ephemeral: { type: 'boolean' },
    presence: { type: 'boolean' },
    definition: { description: 'What `PUT` takes; not in lists.' },
  }),
}
const pastVersion: JsonObject = {
  type: 'object',
  required: ['version', 'at', 'by', 'removed'],
  properties: {
    version,
    at: { type: 'string', format: 'date-time' },
    by: { type: ['string', 'null'] },
    removed: { type: 'boolean' },
  },
}
type Kind = keyof typeof schemas

const title = (kind: string): string => kind.slice(0, 1).toUpperCase() + kind.slice(1)
const missing = (kind: Kind): Answers => problemAnswers(`${kind}-not-found`, 'store-unavailable')
const refusals = problemAnswers(
  'malformed-body',
  'invalid-header',
  'defined-in-config',
  'precondition-failed',
  'unsupported-media-type',
  'validation-failed',
  'store-unavailable',
)
const refusedBodies = merge(refusals, problemAnswers('payload-too-large'))
const changed: JsonObject = {
  type: 'object',
  required: ['name', 'version'],
  properties: {
    name: { type: 'string' },
    version,
    changes: refer('schemas', 'ServiceChanges'),
  },
}
const body = (schema: JsonObject): JsonObject => ({
  required: true,
  content: { 'application/json': { schema } },
})

const reading = (kind: Kind, summary: string): readonly DescribedRoute[] => [
  {
    method: 'get',
    path: `/v1/${kind}s`,
    operationId: `list${title(kind)}s`,
    tag: 'Definitions',
    summary,
    parameters: [
      ...(kind === 'operation' ? [query('service', { type: 'string' })] : []),
      ...pageParameters,
    ],
    responses: {
      '200': json('A page of them, by name', {
        type: 'object',
        required: [`${kind}s`, 'next'],
        properties: {
          [`${kind}s`]: { type: 'array', items: schemas[kind] },
          next: { type: ['string', 'null'] },
        },
      }),
      ...problemAnswers('invalid-parameter'),
    },
  },
  {
    method: 'get',
    path: `/v1/${kind}s/{name}`,
    operationId: `get${title(kind)}`,
    tag: 'Definitions',
    summary: `Shows one ${kind}; the \`ETag\` is its version`,
    parameters: [name, { name: 'If-None-Match', in: 'header', schema: { type: 'string' } }],
    responses: {
      '200': json(`The ${kind}`, schemas[kind]),
      '304': { description: 'It has not changed' },
      ...missing(kind),
    },
  },
  {
    method: 'get',
    path: `/v1/${kind}s/{name}/history`,
    operationId: `get${title(kind)}History`,
    tag: 'Definitions',
    summary: 'Says who changed it, and when; the newest 50 versions are kept',
    parameters: [name, ...pageParameters],
    responses: {
      '200': json('A page of its versions, newest first', {
        type: 'object',
        required: ['versions', 'next'],
        properties: {
          versions: { type: 'array', items: pastVersion },
          next: { type: ['string', 'null'] },
        },
      }),
      ...merge(missing(kind), problemAnswers('invalid-parameter')),
    },
  },
  {
    method: 'post',
    path: `/v1/${kind}s/{name}/rollback`,
    operationId: `rollBack${title(kind)}`,
    tag: 'Definitions',
    summary: 'Makes what stood at a version stand again, as a new version',
    parameters: [name, ...conditions],
    requestBody: body({ type: 'object', required: ['version'], properties: { version } }),
    responses: {
      '200': json('It stands again', changed),
      '201': json('It is there again', changed),
      ...merge(refusedBodies, missing(kind)),
    },
  },
]

const writing = (kind: 'service' | 'channel'): readonly DescribedRoute[] => [
  {
    method: 'put',
    path: `/v1/${kind}s/{name}`,
    operationId: `put${title(kind)}`,
    tag: 'Definitions',
    summary: `Makes or replaces a ${kind}, effective at once`,
    parameters: [name, ...conditions],
    requestBody: body({ type: 'object', description: `What \`${kind}()\` takes.` }),
    responses: {
      '200': json('Replaced', changed),
      '201': json('Made', changed),
      ...merge(refusedBodies, problemAnswers('overloaded')),
    },
  },
  {
    method: 'delete',
    path: `/v1/${kind}s/{name}`,
    operationId: `remove${title(kind)}`,
    tag: 'Definitions',
    summary: `Removes a ${kind}; its history stays`,
    parameters: [name, ...conditions],
    responses: { '204': { description: 'Removed' }, ...merge(refusals, missing(kind)) },
  },
]

const text: JsonObject = { schema: { type: 'string' } }

/** What is defined here, and how that is changed while the server runs. */
export const definitionRoutes: readonly DescribedRoute[] = [
  ...reading('operation', 'Lists all that can be called'),
  {
    method: 'patch',
    path: '/v1/operations/{name}',
    operationId: 'patchOperation',
    tag: 'Definitions',
    summary: 'Changes policies by a JSON merge patch; null takes a change back',
    parameters: [name, ...conditions],
    requestBody: body(anything),
    responses: {
      '200': json('Changed', changed),
      ...merge(refusedBodies, problemAnswers('operation-not-found')),
    },
  },
  ...reading('service', 'Lists the wrapped APIs'),
  ...writing('service'),
  {
    method: 'post',
    path: '/v1/services/import',
    operationId: 'importService',
    tag: 'Definitions',
    summary: 'Makes a service of an OpenAPI document, or says what would become of it',
    parameters: [
      query('name', { type: 'string' }, 'Made from the title where it is left out.'),
      query('url', { type: 'string' }, 'Where the API is, where the document does not say it.'),
      query('dryRun', { type: 'boolean', default: false }),
      ...conditions,
    ],
    requestBody: {
      required: true,
      content: { 'application/json': text, 'application/yaml': text },
    },
    responses: {
      '200': json('What became of it, and what changed', anything),
      '201': json('What became of it', anything),
      ...merge(refusedBodies, problemAnswers('invalid-parameter', 'overloaded')),
    },
  },
  ...reading('channel', 'Lists the declared channels'),
  ...writing('channel'),
  {
    method: 'post',
    path: '/v1/channels/import',
    operationId: 'importChannels',
    tag: 'Definitions',
    summary: 'Declares the channels of an AsyncAPI document, or says what would become of it',
    parameters: [query('dryRun', { type: 'boolean', default: false }), ...conditions],
    requestBody: {
      required: true,
      content: { 'application/json': text, 'application/yaml': text },
    },
    responses: {
      '200': json('What became of it, and what changed', anything),
      '201': json('What became of it, new channels among it', anything),
      ...merge(refusedBodies, problemAnswers('invalid-parameter', 'overloaded')),
    },
  },
]
