import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkChannel } from '../../../config/check-channel.ts'
import { compileSchema } from '../../schema/compile-schema.ts'
import { noPause } from '../../testing/fixture.ts'
import { describeAsyncApi } from '../write/describe-async-api.ts'
import { readAsyncApi } from '../read/read-async-api.ts'
import { importChannels, type ImportedChannel, type ImportOutcome } from './import-channels.ts'

const fixtures = join(import.meta.dirname, '..', 'fixtures')
const shared = join(import.meta.dirname, '../../../../../../../shared/inputs/asyncapi')
const documentsIn = (folder: string) =>
  (existsSync(folder) ? readdirSync(folder) : []).map(
    (name) => [name, readFileSync(join(folder, name), 'utf8')] as const,
  )

const problemWith = (name: string): string | null =>
  checkChannel(name, { kind: 'channel', options: {} })[0]?.detail ?? null

async function take(text: string): Promise<ImportOutcome> {
  const read = readAsyncApi(text, 'test')
  if (read.kind === 'other') return { kind: 'refused', detail: 'it is no AsyncAPI' }
  if (read.kind === 'refused') return read
  return importChannels(read.document, { problemWith, breathe: noPause })
}

async function channelsOf(text: string): Promise<readonly ImportedChannel[]> {
  const outcome = await take(text)
  if (outcome.kind === 'refused') throw new Error(outcome.detail)
  return outcome.channels
}

const fixture = (name: string): string => readFileSync(join(fixtures, name), 'utf8')

/** Whether each value fits a channel's schema. */
function fits({ data }: ImportedChannel, ...values: readonly unknown[]): readonly boolean[] {
  const outcome = compileSchema(data ?? true)
  if (outcome.kind === 'refused') throw new Error(outcome.problems.join('; '))
  return values.map((value) => outcome.schema.check(value).length === 0)
}

const told = ({ name, address, directions, messages }: ImportedChannel) => [
  name,
  address,
  directions.join(' '),
  messages.join(' '),
]

/** Every channel can be declared as it is. */
function expectUsable(channels: readonly ImportedChannel[]): void {
  for (const { name, data } of channels) {
    const options = data === null ? {} : { data }
    expect(checkChannel(name, { kind: 'channel', options })).toEqual([])
  }
  expect(new Set(channels.map(({ name }) => name)).size).toBe(channels.length)
}

test('a document of 2.6', async () => {
  const channels = await channelsOf(fixture('orders-2.6.yaml'))
  expectUsable(channels)
  expect(channels.map(told)).toEqual([
    [
      'orders.{order_id}.status',
      'orders/{order-id}/status',
      'send receive',
      'accepted refused changeOrder',
    ],
    ['imported.jobs.created', 'jobs.created', 'receive', 'avro'],
    ['devices.{any}.state.{rest}', 'devices/+/state/#', 'send', 'message'],
    ['ws.prices', 'wss://stream.example/ws/prices?depth=10', '', ''],
    ['Uberraschung-mehr', 'Überraschung & mehr', 'send', 'message'],
  ])
  const [orders, jobs, devices, prices, other] = channels
  expect(orders && fits(orders, { accepted: true }, { refused: 'no' }, { id: '1' }, {})).toEqual([
    true,
    true,
    true,
    false,
  ])
  const notes = orders?.notes.join('\n')
  for (const word of [
    'bindings',
    'headers',
    'correlation',
    'security',
    'parameters',
    'example.com',
  ])
    expect(notes).toContain(word)
  expect(jobs).toMatchObject({ data: null })
  expect(jobs?.notes.join()).toMatch(/avro.*any data is taken/)
  expect(devices && fits(devices, 1, 0)).toEqual([true, false])
  expect(prices).toMatchObject({ data: null })
  expect(prices?.notes.join()).toContain('it has no messages')
  expect(other?.notes.join()).toContain('text/plain')
})

test.each([
  ['a short one', 'Prices', 'Prices'],
  ['a line of several', 'Prices\nand more', 'Prices'],
  ['a long one', `See the [pages](https://docs.example/${'x'.repeat(200)}).`, 'See the…'],
  ['one long word', 'x'.repeat(300), `${'x'.repeat(199)}…`],
])('a summary is made of a description, whole words of it: %s', async (_, description, summary) => {
  const channels = { prices: { address: 'prices', description } }
  const info = { title: 'Prices', version: '1' }
  const [prices] = await channelsOf(JSON.stringify({ asyncapi: '3.0.0', info, channels }))
  expect(prices?.summary).toBe(summary)
})

test('a document of 3.0', async () => {
  const channels = await channelsOf(fixture('chat-3.0.json'))
  expectUsable(channels)
  expect(channels.map(told)).toEqual([
    ['rooms.{room}.messages', 'rooms.{room}.messages', 'send receive', 'said left'],
    ['rooms.{name}.messages.2', 'rooms/{name}/messages', '', ''],
    ['ask', 'ask', 'receive', 'question'],
    ['answers', null, 'send', 'answer'],
    ['events', 'events', '', 'happened'],
  ])
  const [rooms, , ask, answers, events] = channels
  expect(
    rooms && fits(rooms, { said: 'a' }, { left: 'b' }, { said: '' }, { said: 'a', left: 'b' }),
  ).toEqual([true, true, false, true])
  expect(ask?.notes.join()).toContain('expects a reply')
  expect(answers?.notes.join()).toContain('replies to answer')
  expect(events && fits(events, 'text', '', 7)).toEqual([true, false, false])
})

test('data that several messages of a channel allow is taken', async () => {
  const orders = { type: 'object', required: ['id'], properties: { id: { type: 'string' } } }
  const paid = { ...orders, properties: { ...orders.properties, paidAt: { type: 'string' } } }
  const [channel] = await channelsOf(
    JSON.stringify({
      asyncapi: '3.0.0',
      channels: { orders: { messages: { made: { payload: orders }, paid: { payload: paid } } } },
    }),
  )
  expect(
    channel && fits(channel, { id: 'a' }, { id: 'a', paidAt: 'now' }, { paidAt: 'now' }),
  ).toEqual([true, true, false])
})

test('what cannot be checked, or is elsewhere, is told with its place', async () => {
  const payload = { properties: { a: { pattern: '(' }, b: { $ref: 'https://a.example/b' } } }
  const [channel] = await channelsOf(
    JSON.stringify({ asyncapi: '3.0.0', channels: { a: { messages: { m: { payload } } } } }),
  )
  expect(channel?.notes.join('\n')).toMatch(
    /m: #\/channels\/a\/messages\/m\/payload\/properties\/a\/pattern .*no regular expression/,
  )
  expect(channel?.notes.join('\n')).toMatch(/properties\/b\/\$ref .* leads out of the document/)
})

test('what a socket carries at its root is one channel, called as the document is', async () => {
  const channels = await channelsOf(
    JSON.stringify({
      asyncapi: '3.0.0',
      info: { title: 'Kraken sockets', version: '1' },
      channels: { ping: { address: '/' }, pong: { address: '/' }, alone: { address: '//' } },
    }),
  )
  expect(channels.map(({ name }) => name)).toEqual(['Kraken-sockets', 'alone'])
})

test('schemas that are too large to be kept, alone or together, are told and left out', async () => {
  const payload = (size: number) => ({ type: 'object', description: 'x'.repeat(size) })
  const many = Array.from({ length: 30 }, (_, index) => [`c${index}`, payload(400_000)] as const)
  const all = [['huge', payload(600_000)] as const, ...many]
  const channels = await channelsOf(
    JSON.stringify({
      asyncapi: '3.0.0',
      channels: Object.fromEntries(
        all.map(([name, one]) => [name, { address: name, messages: { m: { payload: one } } }]),
      ),
    }),
  )
  const [huge, ...others] = channels
  expect(huge).toMatchObject({ data: null })
  expect(huge?.notes.join()).toContain('too large to be kept (600')
  expect(others.filter(({ data }) => data !== null).length).toBeLessThan(21)
  expect(others.at(-1)?.notes.join()).toContain('all channels together')
})

test('formats of 3.1, and what is elsewhere', async () => {
  const channels = await channelsOf(fixture('formats-3.1.yaml'))
  expectUsable(channels)
  const [openapi, newer, protobuf, remote, nothing] = channels
  expect(openapi && fits(openapi, null, 'a', 1)).toEqual([true, true, false])
  expect(newer && fits(newer, ['a'], ['a', 1])).toEqual([true, false])
  expect(protobuf).toMatchObject({ data: null, messages: ['one', 'two'] })
  expect(protobuf?.notes.join()).toMatch(/protobuf.*takes any data/)
  expect(remote?.notes.join()).toContain('outside of the document')
  expect(nothing).toMatchObject({ data: null })
})

const documents = documentsIn(shared)
const reason = documents.length > 0 ? '' : ', skipped because their folder is not here'

describe(`documents of others${reason}`, () => {
  test.skipIf(reason !== '').each(documents.length > 0 ? documents : [['none', '']])(
    '%s is taken',
    async (_, text) => {
      const channels = await channelsOf(text)
      expect(channels.length).toBeGreaterThan(0)
      expectUsable(channels)
    },
  )
})

test('what Buzzer says of itself comes back as it was declared', async () => {
  const data = { type: 'object', required: ['price'], properties: { price: { type: 'number' } } }
  const entry = { origin: 'config', version: null, changedAt: null, changedBy: null } as const
  const quotes = { ...entry, name: 'quotes.{symbol}', shadowed: false, problem: null }
  const document = describeAsyncApi({
    operations: [],
    channels: [{ ...quotes, options: { data } }],
    publicUrl: 'http://127.0.0.1:2899',
    title: 'Buzzer',
  })
  const [first] = await channelsOf(JSON.stringify(document))
  expect(first?.name).toBe('quotes.{symbol}')
  expect(first && fits(first, { price: 1 }, {})).toEqual([true, false])
})

describe('refused is', () => {
  const of = (more: object, version = '3.0.0') => JSON.stringify({ asyncapi: version, ...more })
  test.each([
    ['1.2', of({ topics: {} }, '1.2.0'), 'AsyncAPI 1.2.0; 2.0 is the oldest'],
    ['4.0', of({ channels: {} }, '4.0.0'), 'AsyncAPI 4.0.0; 2.0 to 2.6, 3.0 and 3.1 are taken'],
    ['2.x without channels', of({}, '2.6.0'), 'no "channels"'],
    ['channels in a list', of({ channels: [] }), '"channels" must be an object'],
    [
      'operations in a list',
      of({ channels: {}, operations: [] }),
      '"operations" must be an object',
    ],
    ['a channel of text', of({ channels: { a: 'b' } }), '/channels/a must be an object'],
    ['messages in a list', of({ channels: { a: { messages: [1] } } }), '/channels/a/messages must'],
    [
      'a reference to nothing',
      of({ channels: { a: { messages: { m: { $ref: '#/components/messages/x' } } } } }),
      '/channels/a/messages/m refers to "#/components/messages/x", which is not there',
    ],
    [
      'a circle',
      of({ channels: { a: { $ref: '#/channels/b' }, b: { $ref: '#/channels/a' } } }),
      '/channels/a refers to itself without an end',
    ],
    [
      'an unknown action',
      of({ channels: { a: {} }, operations: { o: { action: 'sing', channel: {} } } }),
      '/operations/o/action must be',
    ],
    [
      'a schema that is none',
      of({
        channels: { a: { messages: { m: { payload: { type: 'strin', minimum: 'x' } } } } },
      }),
      'the schema of the message m is wrong: #/channels/a/messages/m/payload/type "strin" is no type; #/channels/a/messages/m/payload/minimum "x" has no meaning here',
    ],
    [
      'a wrong schema that another refers to',
      of({
        channels: { a: { messages: { m: { payload: { $ref: '#/components/schemas/s' } } } } },
        components: { schemas: { s: { items: { required: 'all' } } } },
      }),
      '#/components/schemas/s/items/required is no list of names',
    ],
    [
      'the wrong data of a CloudEvent',
      of({
        defaultContentType: 'application/cloudevents+json',
        channels: { a: { messages: { m: { payload: { properties: { data: { enum: 1 } } } } } } },
      }),
      '#/channels/a/messages/m/payload/properties/data/enum is no list of values',
    ],
    ['broken YAML', 'asyncapi: 3.0.0\nchannels: {a: [}', 'neither JSON nor YAML'],
    [
      'too much',
      of({ channels: Object.fromEntries(Array.from({ length: 2_001 }, (_, i) => [`c${i}`, {}])) }),
      '2001 channels, of 2000 at most',
    ],
  ])('%s, and is told where', async (_, text, detail) => {
    expect(await take(text)).toMatchObject({
      kind: 'refused',
      detail: expect.stringContaining(detail),
    })
  })

  test.each(['openapi: 3.1.0\npaths: {}', '{"a":1}', 'a text about asyncapi: it is good'])(
    'nothing else: %s is left to others',
    (text) => {
      expect(readAsyncApi(text, 'test').kind).toBe('other')
    },
  )
})

test.each([
  '2.0.0',
  '2.1.0',
  '2.2.0',
  '2.3.0',
  '2.4.0',
  '2.5.0',
  '2.6.0',
  '3.0.0',
  '3.1.0',
  2.6,
  3,
])('version %s is taken', async (asyncapi) => {
  expect(await take(JSON.stringify({ asyncapi, channels: {} }))).toMatchObject({
    kind: 'imported',
    notes: expect.arrayContaining([expect.stringContaining('no channels')]),
  })
})

test('a document with nonsense in it is taken or refused, and what is made of it is usable', async () => {
  const base = documentsIn(fixtures).map(([, text]) => text)
  const nonsense = fc.constantFrom<unknown>(null, 1, '', [], {}, true, { $ref: '#' }, { $ref: '' })
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...base),
      fc.array(fc.tuple(fc.nat(), nonsense), { minLength: 1, maxLength: 3 }),
      async (text, changes) => {
        const outcome = await take(JSON.stringify(withNonsense(text, changes)))
        if (outcome.kind === 'imported') expectUsable(outcome.channels)
        else expect(outcome.detail).not.toBe('')
      },
    ),
    { numRuns: 300 },
  )
})

/** Replaces some values of a document, whichever the numbers choose. */
function withNonsense(text: string, changes: readonly (readonly [number, unknown])[]): unknown {
  const read = readAsyncApi(text, 'test')
  if (read.kind !== 'read') throw new Error('the fixture is not read')
  const root: unknown = structuredClone(read.document.root)
  for (const [number, value] of changes) {
    const places: [Record<string, unknown>, string][] = []
    const waiting: unknown[] = [root]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (typeof next !== 'object' || next === null) continue
      for (const key of Object.keys(next)) {
        places.push([next as Record<string, unknown>, key])
        waiting.push((next as Record<string, unknown>)[key])
      }
    }
    const [holder, key] = places[number % places.length] ?? []
    if (holder === undefined || key === undefined || key === 'asyncapi') continue
    // What is changed next may lie within.
    holder[key] = structuredClone(value)
  }
  return root
}
