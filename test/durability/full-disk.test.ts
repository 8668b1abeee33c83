import { join } from 'node:path'
import { expect, test } from 'vitest'
import { call, ended, submit, type JobDocument } from '../support/call.ts'
import { start } from './start.ts'
import { findScarcity } from './scarce-space.ts'

const path = '/v1/operations/echo/jobs'
/** Larger than what a WAL that is begun anew could have room for by chance. */
const large = 'x'.repeat(400_000)

const scarcity = await findScarcity()

test(`while space is out nothing is accepted; afterwards all is there (${scarcity.how})`, async () => {
  await using disk = await scarcity.prepare()
  const data = join(disk.path, 'data')
  await using server = await start(data)
  const accepted: string[] = []
  const send = async (key: string, body: unknown) => {
    const answer = await call(server.url, path, { body, headers: { 'idempotency-key': key } })
    if (answer.status === 202) accepted.push(answer.json<JobDocument>().id)
    return answer
  }

  for (let number = 0; number < 20; number += 1) {
    expect(await send(`before-${number}`, { number })).toMatchObject({ status: 202 })
  }
  // It ends while its outcome cannot be recorded.
  const running = await submit(server.url, 'slow', { ms: 1_500 })
  await disk.fill(server.pid)

  // What the WAL has room for is still taken, and truly so.
  await expect
    .poll(async () => (await send(`to-the-brim-${accepted.length}`, { large })).status)
    .toBe(503)
  await expect.poll(async () => (await call(server.url, '/readyz')).status).toBe(503)
  for (let number = 0; number < 20; number += 1) {
    const answer = await send(`during-${number}`, { large })
    expect(answer.status).toBe(503)
    expect(answer.json()).toMatchObject({ code: 'store-unavailable', status: 503 })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  }
  expect(await call(server.url, '/healthz')).toMatchObject({ status: 200 })

  await disk.free(server.pid)
  await expect.poll(async () => (await call(server.url, '/readyz')).status).toBe(200)
  for (let number = 0; number < 20; number += 1) {
    expect(await send(`during-${number}`, { large })).toMatchObject({ status: 202 })
  }
  expect(await ended(server.url, running.id)).toMatchObject({ state: 'succeeded', attempt: 1 })

  server.kill('SIGKILL')
  await server.exited
  await using next = await start(data)
  for (const id of [...accepted, running.id]) {
    expect(await ended(next.url, id)).toMatchObject({ state: 'succeeded', run: 1 })
  }
})
