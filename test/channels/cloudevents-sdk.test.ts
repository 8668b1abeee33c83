import { CloudEvent, HTTP, type CloudEventV1 } from 'cloudevents'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { channel } from '../../packages/server/src/define/channel.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { submit } from '../http/support/job.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'

// The SDK of those who wrote the specification, at both ends.

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    channels: { 'any.{way}': channel() },
    operations: { greet: operation({ run: () => ({ hello: 'ü' }) }) },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const events: readonly CloudEvent<unknown>[] = [
  new CloudEvent({ type: 'com.example.json', source: '/sdk', data: { a: [1, 'ü'] } }),
  new CloudEvent({
    type: 'com.example.full',
    source: 'urn:event:from:sdk',
    id: 'ü 1%',
    subject: 'a/b?c',
    time: '2026-11-28T10:00:00.123Z',
    dataschema: 'https://example.com/schema',
    datacontenttype: 'application/json',
    data: { text: 'line\nbreak' },
    mine: 'yes',
    count: 7,
    ok: true,
  }),
  new CloudEvent({ type: 'com.example.none', source: '/sdk' }),
]

async function send(way: string, message: { headers: object; body: unknown }): Promise<void> {
  const answer = await fetch(`${server.url}/v1/channels/any.${way}/events`, {
    method: 'POST',
    headers: message.headers as Record<string, string>,
    body: typeof message.body === 'string' ? message.body : JSON.stringify(message.body),
  })
  expect(answer.status, await answer.text()).toBe(202)
}

/** As the SDK reads them; it refuses what is no CloudEvent. */
const read = (texts: readonly string[]): readonly CloudEventV1<unknown>[] =>
  texts.map((body) => {
    const headers = { 'content-type': 'application/cloudevents+json' }
    const event = HTTP.toEvent({ headers, body }) as CloudEvent<unknown>
    expect(event.validate()).toBe(true)
    return event
  })

async function pageOf(name: string): Promise<readonly string[]> {
  const answer = await fetch(`${server.url}/v1/channels/${name}/events?since=0`, {
    headers: { accept: 'application/json', prefer: 'wait=10' },
  })
  const page = (await answer.json()) as { readonly events: readonly object[] }
  return page.events.map((event) => JSON.stringify(event))
}

const attributesOf = (event: Omit<CloudEventV1<unknown>, 'data'> & { readonly data?: unknown }) => {
  const { id, type, source, subject, time, dataschema, data } = event
  return { id, type, source, subject, time, dataschema, data, mine: event['mine'] }
}

test.each([
  ['structured', HTTP.structured],
  ['binary', HTTP.binary],
] as const)('what the SDK sends in %s mode comes back as it was', async (way, write) => {
  for (const event of events) await send(way, write(event))
  const back = read(await pageOf(`any.${way}`))
  expect(back.map(attributesOf)).toEqual(events.map(attributesOf))
  expect(back.map((event) => event['sequence'])).toEqual(
    events.map((_, index) => String(index + 1).padStart(16, '0')),
  )
})

test('what we make of a job is a CloudEvent for the SDK too', async () => {
  await submit(server.url, 'greet')
  const [event] = read(await pageOf('operations.greet'))
  expect(event).toMatchObject({
    type: 'dev.buzzer.job.succeeded',
    source: '/operations/greet',
    data: { state: 'succeeded', result: { hello: 'ü' } },
  })
})

test('the messages of a socket of cloudevents.json are its structured mode', async () => {
  const [first] = events
  if (first === undefined) throw new Error('There is none.')
  const url = `${server.url.replace('http', 'ws')}/v1/channels/any.socket/ws?since=0`
  const socket = new WebSocket(url, 'cloudevents.json')
  socket.on('open', () => socket.send(String(HTTP.structured(first).body)))
  const text = await new Promise<string>((resolve, reject) => {
    socket.on('message', (data: Buffer) => resolve(data.toString('utf8')))
    socket.on('error', reject)
    socket.on('close', (code) => reject(new Error(`closed with ${code}`)))
  })
  socket.terminate()
  expect(read([text]).map(attributesOf)).toEqual([first].map(attributesOf))
})
