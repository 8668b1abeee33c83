import { afterAll, beforeAll, expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from './support/call.ts'
import { ended, submit } from './support/job.ts'
import { startTestServer, type TestServer } from './support/server.ts'
import { openStream } from './support/sse.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    operations: {
      tell: operation({ run: (to, ctx) => ctx.publish(String(to), { type: 'told' }) }),
    },
    channels: { 'any.{name}': channel() },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
const other = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00'
const traced = { traceparent, tracestate: 'vendor=1' }
const binary = {
  'ce-specversion': '1.0',
  'ce-id': 'e1',
  'ce-source': '/mine',
  'ce-type': 'com.example.it',
}

type Headers = Readonly<Record<string, string>>

const traceIn = ({ traceparent: own, tracestate }: Readonly<Record<string, unknown>>) => ({
  traceparent: own,
  tracestate,
})

async function eventsOn(name: string) {
  const path = `GET /v1/channels/${encodeURIComponent(name)}/events?since=0`
  const answer = await call(server.url, path, { headers: { accept: 'application/json' } })
  return answer.json<{ events: readonly Readonly<Record<string, unknown>>[] }>().events
}

test.each<[string, Headers, object]>([
  ['plain JSON', traced, traced],
  ['plain JSON without a state', { traceparent }, { traceparent }],
  ['plain JSON, whose header is not valid', { traceparent: '00-0-0-01', tracestate: 'a=1' }, {}],
  ['a binary CloudEvent', { ...binary, ...traced }, traced],
  ['a binary CloudEvent, whose header is not valid', { ...binary, traceparent: 'x' }, {}],
  [
    'a CloudEvent with a trace of its own',
    { ...binary, ...traced, 'ce-traceparent': other },
    { traceparent: other },
  ],
])('%s carries the trace of its request', async (name, headers, expected) => {
  const to = `any.${name.replaceAll(/\W/g, '-')}`
  const answer = await call(server.url, `POST /v1/channels/${to}/events?type=it`, {
    headers,
    json: { n: 1 },
  })
  expect(answer.status, answer.text).toBe(202)
  expect((await eventsOn(to)).map(traceIn)).toEqual([{ ...traceIn({}), ...expected }])
})

test('what a job publishes and its own events carry the trace of its call', async () => {
  const { id } = await submit(server.url, 'tell', 'any.job', traced)
  await ended(server.url, id)
  expect((await eventsOn('any.job')).map(traceIn)).toEqual([traced])
  expect((await eventsOn('operations/tell')).map(traceIn)).toEqual([traced])
  using stream = await openStream(server.url, `/v1/jobs/${id}/events`)
  const events = await stream.rest()
  expect(events.length).toBeGreaterThan(0)
  for (const { data } of events) expect(data).toMatchObject(traced)
})
