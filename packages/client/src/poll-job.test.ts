import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createClient } from './client.ts'
import { pollJob } from './poll-job.ts'
import { seenFrom } from './read-event.ts'
import { retryPolicy } from './retry.ts'
import { startFakeServer, type FakeServer } from './testing/fake-server.ts'
import { createSkippingClock } from './testing/skipping-clock.ts'
import { createTransport } from './transport.ts'

let server: FakeServer
beforeEach(async () => {
  server = await startFakeServer()
})
afterEach(() => server[Symbol.asyncDispose]())

it('looks at a job before it waits for a change of it', async () => {
  const id = server.create()
  const client = createClient({ url: server.url, clock: createSkippingClock() })
  const types: string[] = []
  for await (const { type } of client.job(id).events({ protocols: ['poll'] })) {
    types.push(type)
    if (type === 'job.snapshot') server.finish(id, null)
  }
  expect(types).toEqual(['job.snapshot', 'job.succeeded'])
  const asked = server.requests.map(({ headers }) => [headers.prefer, headers['if-none-match']])
  // Held without a tag, the first answer would be that of the end.
  expect(asked).toEqual([
    [undefined, undefined],
    ['wait=25', 'W/"1"'],
  ])
})

it('starts a job anew where the server has forgotten, and says so', async () => {
  const id = server.create()
  for (let page = 1; page < 7; page += 1) server.change(id, 'job.progress')
  const client = createClient({ url: server.url, clock: createSkippingClock() })
  const stream = client.job(id).events({ protocols: ['poll'], since: 9 })
  const told: unknown[] = []
  for await (const { type, sequence } of stream) {
    told.push([type, sequence, stream.cursor])
    if (type === 'reset') server.finish(id, null)
  }
  expect(told).toEqual([
    ['reset', 7, 7],
    ['job.succeeded', 8, 8],
  ])
})

it('waits for news at once where the first look has none', async () => {
  const id = server.create()
  const clock = createSkippingClock()
  const transport = createTransport({
    url: server.url,
    fetch,
    credential: null,
    retry: retryPolicy({}),
    timeoutMs: 30_000,
    clock,
    random: () => 0.5,
    parse: JSON.parse,
    sockets: null,
    protocols: null,
  })
  // As a stream left it that was cut.
  const seen = { ...seenFrom(null), job: server.doc(id) }
  const told = pollJob({ transport, id, token: null }, seen, () => {}, undefined)
  const first = told.next()
  await vi.waitFor(() => expect(server.requests).toHaveLength(2))
  server.finish(id, null)
  expect((await first).value).toMatchObject({ type: 'job.succeeded' })
  expect(clock.slept).toEqual([])
})
