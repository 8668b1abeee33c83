import { afterEach, beforeEach, expect, it } from 'vitest'
import { createClient } from './client.ts'
import { StreamUnavailableError } from './error.ts'
import { startFakeServer, type FakeServer } from './testing/fake-server.ts'
import { turn } from './testing/channel-world.ts'
import { createSkippingClock, type SkippingClock } from './testing/skipping-clock.ts'

const silenceMs = 35_000

let server: FakeServer
let clock: SkippingClock
beforeEach(async () => {
  server = await startFakeServer()
  clock = createSkippingClock()
})
afterEach(() => server[Symbol.asyncDispose]())

const piece = (index: number) => ({ attempt: 1, index, piece: index })

it('comes back to a server that says nothing for a while, where it spoke before', async () => {
  const id = server.create()
  server.change(id, 'job.running', { state: 'running', attempt: 1 })
  server.change(id, 'job.output', {}, piece(0))
  const output = createClient({ url: server.url, clock }).job(id).output()
  await expect(output.next()).resolves.toMatchObject({ value: { index: 0 } })
  const next = output.next()
  // As where a network loses everything for a minute.
  for (let count = 0; count < 2; count += 1) server.next('/events', () => {})
  server.cut()
  for (const tries of [2, 3]) {
    while (server.requests.length < tries) await turn()
    await clock.expire(silenceMs)
  }
  server.change(id, 'job.output', {}, piece(1))
  await expect(next).resolves.toMatchObject({ value: { index: 1 } })
  await output.return()
})

it('says so where nothing ever comes through', async () => {
  server.next('/events', () => {})
  const output = createClient({ url: server.url, clock }).job(server.create()).output()
  const next = output.next()
  await Promise.all([
    expect(next).rejects.toBeInstanceOf(StreamUnavailableError),
    clock.expire(silenceMs),
  ])
})
