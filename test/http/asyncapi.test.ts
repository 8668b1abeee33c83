import { Parser } from '@asyncapi/parser'
import { parse } from 'yaml'
import { describe, expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from './support/call.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer, type TestServer } from './support/server.ts'

interface Described {
  readonly asyncapi: string
  readonly servers: Readonly<Record<string, { readonly host: string }>>
  readonly channels: Readonly<Record<string, { readonly address: string | null }>>
}

const isError = ({ severity }: { readonly severity: number }): boolean => severity === 0
const addresses = ({ channels }: Described) => Object.values(channels).map(({ address }) => address)

test('the channels describe themselves as they are, for a parser of others', async () => {
  await using server = await startTestServer({
    operations: { 'render-report': operation({ input: { type: 'object' }, run: () => null }) },
    channels: { 'quotes/{symbol}': channel({ data: { type: 'object' } }) },
  })
  const read = async (format: 'json' | 'yaml'): Promise<Described> => {
    const answer = await call(server.url, `GET /asyncapi.${format}`)
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe(`application/${format}; charset=utf-8`)
    return parse(answer.text) as Described
  }
  const before = await read('json')
  expect(before.asyncapi).toBe('3.1.0')
  expect(before.servers['http']?.host).toBe(new URL(server.url).host)
  expect(addresses(before)).toEqual(
    expect.arrayContaining(['quotes.{symbol}', 'operations/render-report', 'jobs/{jobId}']),
  )
  const put = await call(server.url, 'PUT /v1/channels/rooms.{room}', { json: { shared: true } })
  expect(put.status).toBe(201)
  const after = await read('yaml')
  expect(addresses(after)).toEqual(expect.arrayContaining([...addresses(before), 'rooms.{room}']))
  const diagnostics = await new Parser().validate(JSON.stringify(after))
  expect(diagnostics.filter(isError)).toEqual([])
})

describe('an import', () => {
  const text = (payload: object, more: object = {}) =>
    JSON.stringify({
      asyncapi: '3.0.0',
      info: { title: 'Prices', version: '1' },
      channels: {
        prices: { address: '/prices/{symbol}', messages: { price: { payload } } },
        ...more,
      },
    })
  const number = { type: 'object', properties: { price: { type: 'number' } } }
  const importInto = ({ url }: TestServer, query: string, body: string, headers = {}) =>
    call(url, `POST /v1/channels/import${query}`, {
      body,
      headers: { 'content-type': 'application/json', ...headers },
    })

  test('declares the channels, says what changed, and keeps what else they have', async () => {
    await using server = await startTestServer()
    const dry = await importInto(server, '?dryRun=true', text(number))
    expect(dry.status).toBe(200)
    expect(dry.json()).toMatchObject({
      title: 'Prices',
      channels: [{ name: 'prices.{symbol}', address: '/prices/{symbol}', messages: ['price'] }],
      changes: { added: ['prices.{symbol}'], changed: [], unchanged: [], breaking: false },
    })
    expect((await call(server.url, 'GET /v1/channels')).json()).toMatchObject({ channels: [] })

    const first = await importInto(server, '', text(number))
    expect(first.status, first.text).toBe(201)
    expect(first.json()).toMatchObject({ channels: [{ name: 'prices.{symbol}', version: 1 }] })
    const put = { shared: true, data: number }
    await call(server.url, 'PUT /v1/channels/prices.{symbol}', { json: put })

    const stricter = { ...number, required: ['price'] }
    const second = await importInto(server, '', text(stricter, { other: { address: 'other' } }))
    expect(second.json()).toMatchObject({
      changes: {
        breaking: true,
        added: ['other'],
        changed: [
          {
            name: 'prices.{symbol}',
            breaking: true,
            changes: [
              { breaking: true, pointer: '/publish/properties/price' },
              { breaking: false, pointer: '/subscribe/properties/price' },
            ],
          },
        ],
      },
    })
    const { definition } = (await call(server.url, 'GET /v1/channels/prices.{symbol}')).json<{
      definition: object
    }>()
    expect(definition).toMatchObject({ shared: true, data: { required: ['price'] } })

    const third = await importInto(server, '', text(stricter))
    expect(third.status).toBe(200)
    expect(third.json()).toMatchObject({
      changes: { added: [], changed: [], unchanged: ['prices.{symbol}'] },
      channels: [{ version: 3 }],
    })
  })

  test('is refused as a whole, with what is wrong', async () => {
    await using server = await startTestServer({ channels: { 'prices/{any}': channel() } })
    const own = JSON.stringify({ asyncapi: '3.0.0', channels: { 'prices.{any}': {} } })
    for (const query of ['', '?dryRun=true'])
      expectProblem(await importInto(server, query, own), 409, 'defined-in-config')
    const both = JSON.stringify({
      asyncapi: '2.6.0',
      channels: { 'fresh': {}, 'prices/{any}': {} },
    })
    expectProblem(await importInto(server, '', both), 409, 'defined-in-config')
    expectProblem(await importInto(server, '', '{"a":1}'), 422, 'validation-failed')
    expectProblem(await importInto(server, '', 'asyncapi: 1.0.0'), 422, 'validation-failed')
    expectProblem(await importInto(server, '?name=a', own), 400, 'invalid-parameter')
    // Parameters may be called anything, and this one is the configuration's by another name.
    expectProblem(await importInto(server, '', text(number)), 409, 'defined-in-config')
    const fresh = JSON.stringify({ asyncapi: '3.0.0', channels: { fresh: {} } })
    expectProblem(
      await importInto(server, '', fresh, { 'if-match': '"9"' }),
      412,
      'precondition-failed',
    )
    expectProblem(await call(server.url, 'POST /v1/channels/import'), 400, 'malformed-body')
    const { channels } = (await call(server.url, 'GET /v1/channels')).json<{ channels: object[] }>()
    expect(channels).toHaveLength(1)
  })
})
