import { afterAll, beforeAll, expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { call } from '../http/support/call.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'
import { openSocket, type SaidEvent, type TestSocket } from './support/socket.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    channels: {
      'free.{name}': channel({}),
      'strict.{name}': channel({ data: { type: 'object' } }),
      'short.{name}': channel({ history: { count: 2 } }),
    },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const open = (name: string, query = ''): Promise<TestSocket> =>
  openSocket(server.url, `/v1/channels/${name}/ws${query}`, 'cloudevents.json')
const nextEvent = async (socket: TestSocket): Promise<SaidEvent> =>
  (await socket.next()) as unknown as SaidEvent
const event = { specversion: '1.0', id: '1', source: '/desk', type: 'tick', data: { a: 'é' } }

test('each message is one event, both ways', async () => {
  using reader = await open('free.a', '?since=0')
  using writer = await open('free%2Fa')
  writer.send(event)
  expect(await nextEvent(reader)).toMatchObject({ ...event, sequence: '0000000000000001' })
  writer.send({ ...event, id: '2' })
  expect((await nextEvent(reader)).sequence).toBe('0000000000000002')
  using late = await open('free.a', '?since=1')
  expect(await nextEvent(late)).toMatchObject({ id: '2', source: '/desk' })
})

test('a reset is an event too', async () => {
  const json = Array.from({ length: 9 }, (_, id) => ({ ...event, id: `${id}` }))
  const headers = { 'content-type': 'application/cloudevents-batch+json' }
  const options = { body: JSON.stringify(json), headers }
  await call(server.url, 'POST /v1/channels/short.a/events', options)
  using reader = await open('short.a', '?since=1')
  const reset = await nextEvent(reader)
  const first = await nextEvent(reader)
  expect(reset).toMatchObject({
    specversion: '1.0',
    type: 'dev.buzzer.reset',
    source: '/channels/short.a',
    data: { oldest: first.sequence },
  })
})

test.each([
  ['no JSON', 'free.a', '{'],
  ['no object', 'free.a', '[]'],
  ['no CloudEvent', 'free.a', JSON.stringify({ type: 'tick' })],
  ['data that does not fit', 'strict.a', JSON.stringify({ ...event, data: 1 })],
  ['what only Buzzer writes', 'free.a', JSON.stringify({ ...event, type: 'dev.buzzer.x' })],
])('%s closes with 4400 and its reason', async (_, name, text) => {
  using socket = await open(name)
  socket.raw.send(text)
  const { code, reason } = await socket.closed
  expect([code, reason]).toEqual([4400, expect.stringMatching(/^[a-z-]+: .+/)])
  expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123)
})
