import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClient, type Client } from './client.ts'
import { problem, json, startFakeServer, type FakeServer } from './testing/fake-server.ts'
import { createSkippingClock } from './testing/skipping-clock.ts'

let server: FakeServer
let client: Client<unknown>
beforeEach(async () => {
  server = await startFakeServer()
  client = createClient({ url: server.url, clock: createSkippingClock() })
})
afterEach(() => server[Symbol.asyncDispose]())

/** The server does what it is asked for, and its answer does not arrive. */
const lose = (path: string): void => server.next(path, (_, response) => response.destroy())

describe('an answer that is lost', () => {
  it.each<[string, () => Promise<void>]>([
    ['job', () => client.jobs.erase('job_1')],
    ['webhook', () => client.webhooks.delete('whk_1')],
  ])('is that of a %s that was removed, where it is not there any more', async (what, remove) => {
    lose(`/${what}s/`)
    server.next(`/${what}s/`, (_, response) => problem(response, 404, `${what}-not-found`))
    await expect(remove()).resolves.toBeUndefined()
    server.next(`/${what}s/`, (_, response) => problem(response, 404, `${what}-not-found`))
    await expect(remove()).rejects.toMatchObject({ code: `${what}-not-found` })
  })

  it('does not run a schedule twice', async () => {
    const id = server.create()
    lose('/run')
    server.next('/run', (_, response) => json(response, 202, server.doc(id)))
    await expect(client.schedules.run('a')).resolves.toMatchObject({ id })
    const keys = server.requests.map(({ headers }) => headers['idempotency-key'])
    expect(keys).toEqual([expect.any(String), keys[0]])
  })
})
