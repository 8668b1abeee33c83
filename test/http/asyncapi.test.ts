import { Parser } from '@asyncapi/parser'
import { parse } from 'yaml'
import { expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from './support/call.ts'
import { startTestServer } from './support/server.ts'

interface Described {
  readonly asyncapi: string
  readonly servers: Readonly<Record<string, { readonly host: string }>>
  readonly channels: Readonly<Record<string, { readonly address: string | null }>>
}

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
  expect(diagnostics.filter(({ severity }) => Number(severity) === 0)).toEqual([])
})
