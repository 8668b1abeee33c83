import { afterEach, beforeEach, expect, it } from 'vitest'
import { createClient } from './client.ts'
import { startFakeServer, type FakeServer } from './testing/fake-server.ts'
import { createSkippingClock, type SkippingClock } from './testing/skipping-clock.ts'

let server: FakeServer
let clock: SkippingClock
beforeEach(async () => {
  server = await startFakeServer()
  clock = createSkippingClock()
})
afterEach(() => server[Symbol.asyncDispose]())

it('may take longer to come than it may take to begin', async () => {
  const id = server.create()
  server.finish(id, null)
  let finish = (): void => {}
  server.next('/result', (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('["a",')
    finish = () => void response.end('"b"]')
  })
  let begin = (): void => {}
  const begun = new Promise<void>((resolve) => (begin = resolve))
  const telling: typeof fetch = async (url, init) => {
    const response = await fetch(url, init)
    if (response.url.endsWith('/result')) setImmediate(begin)
    return response
  }
  const result = createClient({ url: server.url, clock, fetch: telling }).job(id).result()
  await begun
  // No time limit runs any more.
  expect(clock.pending).toBe(0)
  finish()
  await expect(result).resolves.toEqual(['a', 'b'])
})

it('says when to come back also where it is that of a proxy', async () => {
  const id = server.create()
  server.next('/events', (_, response) => response.writeHead(503, { 'retry-after': '7' }).end())
  const result = createClient({ url: server.url, clock }).job(id).result()
  await server.streaming()
  server.finish(id, 1)
  await result
  expect(clock.slept).toEqual([7_000])
})
