import type { JobDocument } from '@buzzer/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call, type Answer } from './support/call.ts'
import { createGates } from './support/gates.ts'
import { submit } from './support/job.ts'
import { startTestServer, type TestServer } from './support/server.ts'

const gates = createGates()
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ operations: { gate: operation({ run: gates.run }) } })
})
afterAll(() => server[Symbol.asyncDispose]())

const poll = (id: string, headers: Readonly<Record<string, string>>): Promise<Answer> =>
  call(server.url, `GET /v1/jobs/${id}`, { headers })

/** Which of the two came first. */
const first = (poller: Promise<Answer>, other: Promise<unknown>): Promise<'poll' | 'other'> =>
  Promise.race([poller.then(() => 'poll' as const), other.then(() => 'other' as const)])

test('without If-None-Match the answer is held until the end, past all other changes', async () => {
  const { id } = await submit(server.url, 'gate')
  const arrival = await gates.next()
  const version = (await poll(id, {})).json<JobDocument>().version
  const waiting = poll(id, { prefer: 'wait=30' })
  const progressed = poll(id, { 'prefer': 'wait=30', 'if-none-match': `W/"${version}"` })
  await arrival.ctx.progress(10)
  expect(await first(waiting, progressed)).toBe('other')
  expect((await progressed).json<JobDocument>()).toMatchObject({
    state: 'running',
    progress: { percent: 10, message: null },
  })
  arrival.finish()
  const answer = await waiting
  expect(answer.json<JobDocument>().state).toBe('succeeded')
  expect(answer.headers['preference-applied']).toBe('wait')
  expect(answer.headers['vary']).toMatch(/\bPrefer\b/)
})

test('with If-None-Match each change wakes the poller once, in order', async () => {
  const { id } = await submit(server.url, 'gate')
  const arrival = await gates.next()
  let { version } = (await poll(id, {})).json<JobDocument>()
  for (const change of [
    () => arrival.ctx.progress(50),
    () => arrival.ctx.output('piece'),
    async () => arrival.finish('end'),
  ]) {
    const waiting = poll(id, { 'prefer': 'wait=30', 'if-none-match': `W/"${version}"` })
    await change()
    const answer = await waiting
    expect(answer.status).toBe(200)
    const job = answer.json<JobDocument>()
    expect(job.version).toBeGreaterThan(version)
    version = job.version
  }
  const over = await poll(id, { 'prefer': 'wait=30', 'if-none-match': `W/"${version}"` })
  expect(over.status).toBe(304)
})

test('at the end of the wait: 200, or 304 with If-None-Match; for a result 404', async () => {
  const { id } = await submit(server.url, 'gate')
  const arrival = await gates.next()
  const began = performance.now()
  const [plain, conditional, result] = await Promise.all([
    poll(id, { prefer: 'wait=1' }),
    poll(id, { 'prefer': 'wait=1', 'if-none-match': 'W/"2", W/"1", W/"3"' }),
    call(server.url, `GET /v1/jobs/${id}/result`, { headers: { prefer: 'wait=1' } }),
  ])
  const tookMs = performance.now() - began
  arrival.finish()
  expect([plain.status, conditional.status, result.status]).toEqual([200, 304, 404])
  expect(plain.json<JobDocument>().state).toBe('running')
  expect(plain.headers['retry-after']).toMatch(/^\d+$/)
  expect(tookMs).toBeGreaterThan(950)
  expect(tookMs).toBeLessThan(5_000)
})

test('two hundred pollers of one job all wake at its end', async () => {
  const { id } = await submit(server.url, 'gate')
  const arrival = await gates.next()
  const pollers = Array.from({ length: 200 }, () => poll(id, { prefer: 'wait=30' }))
  await poll(id, {})
  arrival.finish()
  const states = (await Promise.all(pollers)).map((answer) => answer.json<JobDocument>().state)
  expect(new Set(states)).toEqual(new Set(['succeeded']))
})
