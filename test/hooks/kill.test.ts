import { expect, test } from 'vitest'
import { startUpstream, type Reply } from '../http/support/upstream.ts'
import { findFreePort } from '../servers/port.ts'
import { call, ended } from '../support/call.ts'
import { temporaryFolder } from '../support/folder.ts'
import { startServer } from '../support/server.ts'

const config = new URL('kill.config.ts', import.meta.url)

test('a call back that comes after the server was killed and came back ends the job', async () => {
  await using upstream = await startUpstream()
  await using data = await temporaryFolder('hooks')
  const port = await findFreePort()
  const options = {
    config,
    data: data.path,
    port,
    env: { UPSTREAM: upstream.url },
    timeoutMs: 60_000,
  }
  const submit = async (url: string): Promise<string> =>
    (await call(url, '/api/api/reports', { method: 'POST' })).json<{ id: string }>().id
  const addressOf = (index: number): string => upstream.calls[index]?.header('callback-url') ?? ''

  const answered = Promise.withResolvers<Reply>()
  upstream.behave((_, count) => (count === 1 ? { status: 202 } : answered.promise))
  const first = await startServer(options)
  const parked = await submit(first.url)
  await expect.poll(() => waitingOf(first.url, parked)).toMatchObject({ reason: 'upstream' })
  // This one is killed between the call and the answer to it, so that nothing says that it waits.
  const begun = await submit(first.url)
  await expect.poll(() => upstream.calls.length).toBe(2)
  expect((await first.stop('SIGKILL')).signal).toBe('SIGKILL')
  answered.resolve({ status: 202 })

  await using second = await startServer(options)
  expect(second.url).toBe(first.url)
  const body = { n: 1 }
  expect((await call(addressOf(0), '', { body })).status).toBe(200)
  expect((await call(addressOf(1), '', { body })).status).toBe(200)
  for (const id of [parked, begun]) {
    expect(await ended(second.url, id)).toMatchObject({ state: 'succeeded', run: 1 })
    expect((await call(second.url, `/v1/jobs/${id}/result`)).text).toBe('{"n":1}')
  }
}, 150_000)

interface Waits {
  readonly waiting: { readonly reason: string } | null
}

const waitingOf = async (url: string, id: string): Promise<Waits['waiting']> =>
  (await call(url, `/v1/jobs/${id}`)).json<Waits>().waiting
