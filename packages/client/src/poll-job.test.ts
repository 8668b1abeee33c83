import { afterEach, beforeEach, expect, it } from 'vitest'
import { createClient } from './client.ts'
import { startFakeServer, type FakeServer } from './testing/fake-server.ts'
import { createSkippingClock } from './testing/skipping-clock.ts'

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
