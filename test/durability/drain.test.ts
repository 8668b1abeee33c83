import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { call, ended, submit, type Called, type JobDocument } from '../support/call.ts'
import { readEvents } from '../support/events.ts'
import { temporaryFolder } from '../support/folder.ts'
import { start } from './start.ts'

const shutdownMs = 4_000
/** For a machine that has other things to do; the promise is the time before it. */
const slackMs = 3_000
const forever = { ms: 60_000 }

test('on SIGTERM a server hands over what it holds, in time, and the next one goes on', async () => {
  await using folder = await temporaryFolder('drain')
  const data = join(folder.path, 'data')
  const runs = join(folder.path, 'runs')
  const env = { RUNS: runs, BUZZER_SHUTDOWN: `${shutdownMs}ms` }
  await using server = await start(data, { env })

  const ending = await submit(server.url, 'slow', { ms: 1_000 })
  const endless = await submit(server.url, 'slow', forever)
  const deaf = await submit(server.url, 'deaf', forever)
  const chatty = await submit(server.url, 'chatty', forever)
  const delayed = await submit(server.url, 'echo', {}, { 'buzzer-delay': '1h' })
  const stream = readEvents(server.url, chatty.id)
  const poll = ended(server.url, endless.id)
  const waiting = call(server.url, '/v1/operations/slow/jobs', {
    body: forever,
    headers: { 'prefer': 'wait=60', 'idempotency-key': 'the waiting one' },
  })
  // All of them have begun, and the stream has told something.
  await expect.poll(() => readRuns(runs).then((lines) => lines.length)).toBe(5)
  await expect
    .poll(() => call(server.url, `/v1/jobs/${chatty.id}`).then(versionOf))
    .toBeGreaterThan(5)

  const asked = performance.now()
  server.kill('SIGTERM')
  await expect.poll(() => call(server.url, '/readyz').then(({ status }) => status)).toBe(503)
  expect(await call(server.url, '/healthz')).toMatchObject({ status: 200 })
  const late = await call(server.url, '/v1/operations/echo/jobs', { body: {} })
  expect(late.status).toBe(503)
  expect(late.json()).toMatchObject({ code: 'shutting-down' })
  expect(late.headers.get('connection')).toBe('close')

  // Whoever waits is answered, and knows where to go on.
  expect(await poll).toMatchObject({ id: endless.id, state: 'running' })
  const accepted = await waiting
  expect(accepted.status).toBe(202)
  const waited = accepted.json<JobDocument>()
  const told = await stream
  expect(told.map(({ type }) => type)).not.toContain('job.succeeded')

  expect(await server.exited).toEqual({ code: 0, signal: null })
  expect(performance.now() - asked).toBeLessThan(shutdownMs + slackMs)

  await using next = await start(data, { env: { ...env, PACE: '0' } })
  expect(await ended(next.url, ending.id)).toMatchObject({ state: 'succeeded', attempt: 1 })
  for (const { id } of [endless, deaf, chatty, waited]) {
    // Given back, which costs no attempt.
    expect(await ended(next.url, id)).toMatchObject({ state: 'succeeded', run: 1, attempt: 1 })
  }
  expect((await call(next.url, `/v1/jobs/${delayed.id}`)).json()).toMatchObject({ state: 'queued' })
  const lines = await readRuns(runs)
  expect(lines.filter((line) => line.startsWith(ending.id))).toHaveLength(1)
  expect(lines.filter((line) => line.startsWith(endless.id))).toHaveLength(2)

  const cursor = told.at(-1)?.id ?? 0
  const rest = await readEvents(next.url, chatty.id, cursor)
  expect(rest.at(-1)?.type).toBe('job.succeeded')
  expect(rest.every(({ id }) => id > cursor)).toBe(true)
  const pieces = rest.filter(({ type }) => type === 'job.output')
  expect(pieces).toHaveLength(forever.ms / 50)
})

test('a server that has nothing to do is gone at once', async () => {
  await using folder = await temporaryFolder('drain-idle')
  await using server = await start(join(folder.path, 'data'))
  const { id } = await submit(server.url, 'echo', {})
  await ended(server.url, id)
  const asked = performance.now()
  expect(await server.stop()).toEqual({ code: 0, signal: null })
  expect(performance.now() - asked).toBeLessThan(slackMs)
})

const versionOf = (answer: Called): number => answer.json<JobDocument>().version

async function readRuns(file: string): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8')
  return text.split('\n').filter((line) => line !== '')
}
