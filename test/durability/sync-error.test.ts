import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { call, ended, submit, type JobDocument } from '../support/call.ts'
import { temporaryFolder } from '../support/folder.ts'
import { start } from './start.ts'
import { failSyncs, findStrace } from './strace.ts'

/** An attempt at it may take minutes: nothing but the lease brings back one that nobody makes. */
const path = '/v1/operations/slow/jobs'

test('while syncs fail nothing is accepted; afterwards all is there (errors made by strace)', async () => {
  const strace = await findStrace()
  await using folder = await temporaryFolder('sync-error')
  const data = join(folder.path, 'data')
  const runs = join(folder.path, 'runs')
  const env = { RUNS: runs }
  await using server = await start(data, { env })
  const send = (key: string) =>
    call(server.url, path, { body: { ms: 0 }, headers: { 'idempotency-key': key } })
  const accepted: string[] = []
  const accept = async (key: string) => {
    const answer = await send(key)
    expect(answer.status).toBe(202)
    accepted.push(answer.json<JobDocument>().id)
  }

  for (let number = 0; number < 20; number += 1) await accept(`before-${number}`)
  // It ends while its outcome cannot be recorded.
  const running = await submit(server.url, 'slow', { ms: 1_000 })
  {
    await using _faults = await failSyncs(strace, server.pid)
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, number) => send(`during-${number}`)),
    )
    for (let number = 0; number < 10; number += 1) answers.push(await send(`during-${number}`))
    for (const answer of answers) {
      expect(answer.status).toBe(503)
      expect(answer.json()).toMatchObject({ code: 'store-unavailable', status: 503 })
      expect(answer.headers.get('content-type')).toContain('application/problem+json')
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    }
    const ready = await call(server.url, '/readyz')
    expect(ready.status).toBe(503)
    expect(ready.json()).toMatchObject({ code: 'store-unavailable' })
    expect(await call(server.url, '/healthz')).toMatchObject({ status: 200 })
  }

  await expect.poll(async () => (await call(server.url, '/readyz')).status).toBe(200)
  // What was in doubt is settled by sending it again.
  for (let number = 0; number < 40; number += 1) await accept(`during-${number}`)
  await accept('after')
  expect(new Set(accepted).size).toBe(accepted.length)
  // Also those that were stored, but not so that anybody could be told.
  for (const id of accepted) {
    expect(await ended(server.url, id)).toMatchObject({ state: 'succeeded', run: 1, attempt: 1 })
  }
  expect(await ended(server.url, running.id)).toMatchObject({ state: 'succeeded', attempt: 1 })

  server.kill('SIGKILL')
  await server.exited
  await using next = await start(data, { env })
  for (const id of accepted) {
    expect(await ended(next.url, id)).toMatchObject({ state: 'succeeded', run: 1 })
  }
  expect(await ended(next.url, running.id)).toMatchObject({ state: 'succeeded', attempt: 1 })
  const lines = (await readFile(runs, 'utf8')).split('\n')
  expect(lines.filter((line) => line.startsWith(running.id))).toHaveLength(1)
})
