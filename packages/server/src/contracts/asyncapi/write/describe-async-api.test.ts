import { Parser } from '@asyncapi/parser'
import * as fc from 'fast-check'
import { parse } from 'yaml'
import { describe, expect, test } from 'vitest'
import { checkChannel } from '../../../config/check-channel.ts'
import type { ChannelEntry } from '../../../ports/registry.ts'
import { renderYaml } from '../../render-yaml.ts'
import { follow, isObject, type JsonObject } from '../../schema/json-pointer.ts'
import { fixtureNames, importFixture, mounted, named } from '../../testing/fixture.ts'
import { describeAsyncApi } from './describe-async-api.ts'

const channel = (name: string, options: JsonObject = {}): ChannelEntry => ({
  name,
  origin: 'config',
  version: null,
  changedAt: null,
  changedBy: null,
  shadowed: false,
  problem: null,
  options,
})

const tree = {
  type: 'object',
  properties: { left: { $ref: '#' }, right: { $ref: '#/$defs/leaf', title: 'On the right' } },
  $defs: { leaf: { title: 'A leaf', type: 'string' } },
}
/** What draft-07 says otherwise or not at all, and what parsers of documents trip over. */
const nasty: JsonObject = {
  type: ['object', 'null'],
  properties: {
    'pair': { prefixItems: [{ type: 'string' }, true], items: false },
    'none': false,
    'any': true,
    '$ref': { type: 'string' },
    'schema': { type: 'string' },
    'flags': { type: 'string', pattern: '(?i)abc' },
    'dash': { type: 'string', pattern: '^\\-$' },
    'linked': { const: { $ref: 'https://elsewhere.example/secret.json' } },
    'chosen': { enum: [{ $ref: '#/nowhere' }, 1] },
    'preset': { default: { $ref: './file.json' } },
    'with/slash~and space': { type: 'integer', exclusiveMinimum: 3 },
  },
  patternProperties: { '^x-': { minimum: 1 }, '(?i)y': true },
  dependentRequired: { pair: ['none'] },
  dependentSchemas: { any: { required: ['pair'] } },
  unevaluatedProperties: false,
  allOf: [JSON.parse('{"if":{"required":["any"]},"then":{"minProperties":2},"else":false}')],
}
const channels = [
  channel('quotes.{symbol}', { data: { type: 'object' }, history: { count: 1_000, age: '1h' } }),
  channel('quotes.symbol', { data: tree }),
  channel('{a}.{b}.{c}', { data: tree, ephemeral: true, presence: true, shared: true }),
  channel('a.b.c', { data: nasty, presence: true }),
  channel('rooms', { data: true, summary: 'Where people talk' }),
  channel('closed', { data: false }),
  channel('~odd-', {}),
  channel('older', {
    data: { $schema: 'http://json-schema.org/draft-07/schema#', items: [{ type: 'null' }] },
  }),
]
const services = await Promise.all(
  fixtureNames.map((name) => importFixture(name, { service: name.replace(/\.yaml$/, '') })),
)
const operations = [
  named('render-report', { type: 'object' }, { type: 'object', required: ['pages'] }),
  named('plant-tree', tree, tree),
  named('nasty', nasty, nasty),
  named('with.odd name/?#', {}, null),
  ...services.flatMap(mounted),
]
const publicUrl = 'https://buzzer.example/below'

const parser = new Parser()
const isError = ({ severity }: { readonly severity: number }): boolean => severity === 0

/** What the independent parser calls an error. */
async function errorsIn(document: JsonObject): Promise<readonly string[]> {
  const diagnostics = await parser.validate(JSON.stringify(document))
  return diagnostics.filter(isError).map(({ path, message }) => `${path.join('/')} ${message}`)
}

function referencesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn)
  if (!isObject(value)) return []
  const own = typeof value['$ref'] === 'string' ? [value['$ref']] : []
  return [...own, ...Object.values(value).flatMap(referencesIn)]
}

const document = describeAsyncApi({ operations, channels, publicUrl, title: 'Buzzer' })
const at = (pointer: string): unknown => follow(document, pointer)

describe('the document', () => {
  test('is valid for an independent parser', { timeout: 60_000 }, async () => {
    expect(await errorsIn(document)).toEqual([])
  })

  test('would not be, if something were wrong with it', async () => {
    const wrong = { ...document, operations: { odd: { action: 'sing', channel: {} } } }
    expect(await errorsIn(wrong)).not.toEqual([])
  })

  test('holds all that it refers to', () => {
    const references = [...new Set(referencesIn(document))]
    expect(references.filter((one) => follow(document, one.slice(1)) === undefined)).toEqual([])
  })

  test('is the same as YAML', async () => {
    const copy: unknown = JSON.parse(JSON.stringify(document))
    expect(
      parse(await renderYaml(document, () => Promise.resolve()), { maxAliasCount: 0 }),
    ).toEqual(copy)
  })

  test('is valid where nothing is defined', async () => {
    const url = 'http://127.0.0.1:2899'
    const empty = describeAsyncApi({
      operations: [],
      channels: [],
      publicUrl: url,
      title: 'Buzzer',
    })
    expect(await errorsIn(empty)).toEqual([])
    expect(empty['servers']).toMatchObject({
      http: { host: '127.0.0.1:2899', protocol: 'http' },
      websocket: { host: '127.0.0.1:2899', protocol: 'ws' },
    })
  })
})

describe('what is described', () => {
  test('each channel, with what its declaration says', () => {
    expect(at('/channels/channel.quotes.symbol')).toMatchObject({
      'address': 'quotes.{symbol}',
      'parameters': { symbol: {} },
      'x-buzzer': { history: { count: 1_000, age: '1h' } },
      'messages': {
        event: { contentType: 'application/cloudevents+json' },
        data: { contentType: 'application/json', payload: { type: 'object' } },
      },
    })
    expect(at('/channels/channel.quotes.symbol-2')).toMatchObject({ address: 'quotes.symbol' })
    expect(at('/channels/channel.a.b.c')).toMatchObject({
      'address': '{a}.{b}.{c}',
      'description': expect.stringMatching(/^Ephemeral.*Shared/),
      'x-buzzer': { ephemeral: true, shared: true, presence: true },
    })
    expect(at('/channels/presence.a.b.c')).toMatchObject({ address: 'presence/{a}.{b}.{c}' })
    expect(at('/operations/publish.rooms')).toMatchObject({
      action: 'receive',
      bindings: { http: { method: 'POST' } },
    })
    expect(at('/operations/subscribe.rooms')).toMatchObject({
      action: 'send',
      bindings: { http: { method: 'GET' } },
    })
  })

  test('no channel that cannot be used', () => {
    const left = [
      { ...channel('broken'), problem: 'its schema is none' },
      { ...channel('hidden'), shadowed: true },
    ]
    const only = describeAsyncApi({ operations: [], channels: left, publicUrl, title: 'Buzzer' })
    expect(JSON.stringify(only)).not.toMatch(/broken|hidden/)
  })

  test('each operation as request and reply, and its outcomes', () => {
    expect(at('/operations/submit.render-report')).toMatchObject({
      action: 'receive',
      channel: { $ref: '#/channels/request.render-report' },
      reply: {
        address: { location: '$message.payload#/links/events' },
        channel: { $ref: '#/channels/job.render-report' },
      },
    })
    expect(at('/channels/outcomes.render-report')).toMatchObject({
      address: 'operations/render-report',
      messages: {
        'job-succeeded': {
          payload: {
            properties: {
              data: { properties: { result: { type: 'object', required: ['pages'] } } },
            },
          },
        },
      },
    })
    expect(at('/channels/request.render-report')).toMatchObject({
      address: '/v1/operations/render-report/jobs',
    })
    const submissions = Object.keys(at('/operations') as object).filter((name) =>
      name.startsWith('submit.'),
    )
    expect(submissions).toHaveLength(operations.length)
  })

  test('jobs, batches and the socket', () => {
    expect(at('/channels/jobs/address')).toBe('jobs/{jobId}')
    expect(at('/channels/batches/address')).toBe('batches/{batchId}')
    expect(at('/channels/socket/address')).toBe('/v1/ws')
    expect(at('/servers/websocket')).toMatchObject({ host: 'buzzer.example', pathname: '/below' })
  })
})

test(
  'whatever channels are called and hold, the document is valid',
  { timeout: 60_000 },
  async () => {
    const segment = fc.oneof(fc.stringMatching(/^[\w~-]{1,6}$/), fc.stringMatching(/^\{\w{1,6}\}$/))
    const name = fc
      .array(segment, { minLength: 1, maxLength: 4 })
      .map((segments) => segments.join('.'))
      .filter((one) => checkChannel(one, { kind: 'channel', options: {} }).length === 0)
    const options = fc.record(
      {
        data: fc.oneof(fc.boolean(), fc.constantFrom<JsonObject>(tree, nasty, {}, { $ref: '#' })),
        ephemeral: fc.boolean(),
        presence: fc.boolean(),
        shared: fc.boolean(),
        history: fc.record({ count: fc.nat(), age: fc.constant('1h') }, { requiredKeys: [] }),
      },
      { requiredKeys: [] },
    )
    const declared = fc.uniqueArray(fc.tuple(name, options), {
      selector: ([one]) => one,
      maxLength: 6,
    })
    await fc.assert(
      fc.asyncProperty(declared, async (list) => {
        const entries = list.map(([one, given]) => channel(one, given))
        const made = describeAsyncApi({ operations: [], channels: entries, publicUrl, title: 'B' })
        expect(await errorsIn(made)).toEqual([])
      }),
      { numRuns: 6 },
    )
  },
)
