import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call, type Answer } from './support/call.ts'
import { createGates } from './support/gates.ts'
import { getJob, submit } from './support/job.ts'
import { expectProblem } from './support/problem.ts'
import { requestText, sendRaw } from './support/raw.ts'
import { startTestServer, type TestServer } from './support/server.ts'
import { startWrapped } from './support/wrapped.ts'

const gates = createGates()
const run = gates.run
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    operations: {
      work: operation({ concurrency: 1, admission: { backlog: 2 }, run }),
      aged: operation({ concurrency: 1, admission: { age: '1s' }, run }),
      other: operation({ run: () => 'done' }),
    },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const post = (name: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  call(server.url, `POST /v1/operations/${name}/jobs`, { headers })

/** One runs, and as many wait as may. */
async function fill(name: string, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let index = 0; index <= count; index += 1) {
    ids.push((await submit(server.url, name, undefined, { 'idempotency-key': `fill ${index}` })).id)
  }
  return ids
}

function expectShed(answer: Pick<Answer, 'status' | 'headers' | 'text'>): void {
  expectProblem(answer, 503, 'overloaded')
  const seconds = Number(answer.headers['retry-after'])
  expect(Number.isInteger(seconds) && seconds >= 1 && seconds <= 60, `${seconds}`).toBe(true)
}

test('a call of an operation with a full backlog is refused, and nothing else is', async () => {
  const ids = await fill('work', 2)
  const before = server.acceptances()
  expectShed(await post('work'))
  expectShed(await post('work', { 'idempotency-key': 'fill 0' }))
  expectShed(await post('work', { 'content-type': 'text/plain' }))
  expect(server.acceptances()).toBe(before)
  expect((await post('other')).status).toBe(202)
  expectProblem(await post('nowhere'), 404, 'operation-not-found')
  for (const id of ids) await getJob(server.url, id)
  expect((await call(server.url, 'GET /v1/jobs?operation=work')).status).toBe(200)
  const metrics = await call(server.url, 'GET /metrics')
  expect(metrics.text).toContain('buzzer_shed_total{operation="work",reason="backlog"} 3')
  const route = 'POST /v1/operations/:operation/jobs'
  expect(metrics.text).toContain(`buzzer_http_requests_total{route="${route}",status="5xx"} 3`)
  expect(metrics.text).not.toContain('nowhere')
})

test('nothing of its body is waited for, and its connection goes on where that was small', async () => {
  const path = 'POST /v1/operations/work/jobs'
  const large = ['Content-Type: application/json', 'Content-Length: 50000000']
  const started = performance.now()
  const refused = await sendRaw(server.port, requestText(server.port, path, large, '{"begun":'))
  expectShed({ ...refused, text: refused.body })
  expect(performance.now() - started).toBeLessThan(4_000)

  const asking = await sendRaw(
    server.port,
    requestText(server.port, path, [...large, 'Expect: 100-continue']),
  )
  expect(asking.text).toMatch(/^HTTP\/1\.1 503 /)

  const small = requestText(server.port, path, ['Content-Length: 2'], '{}')
  const kept = small.replace('Connection: close', 'Connection: keep-alive')
  const after = requestText(server.port, 'GET /healthz')
  const both = await sendRaw(server.port, kept + after)
  expect([...both.text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
    '503',
    '200',
  ])
})

test('a caller that still sends gets the answer, and is then cut off', async () => {
  const socket = connect({ host: '127.0.0.1', port: server.port })
  const closed = new Promise<void>((resolve) => void socket.once('close', () => resolve()))
  // It is cut off with a reset, as it never stops sending.
  socket.on('error', () => undefined)
  const head = requestText(server.port, 'POST /v1/operations/work/jobs', [
    'Transfer-Encoding: chunked',
  ])
  socket.write(head.replace('Connection: close', 'Connection: keep-alive'))
  const chunk = `8000\r\n${'x'.repeat(0x8000)}\r\n`
  const sending = setInterval(() => void socket.write(chunk), 20)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString('latin1')).toMatch(/^HTTP\/1\.1 503 /)
  await closed
  clearInterval(sending)
})

test('it is taken again as soon as less waits', async () => {
  ;(await gates.next()).finish('done')
  const running = await gates.next()
  expect((await post('work')).status).toBe(202)
  expectShed(await post('work'))
  running.finish('done')
  for (let left = 2; left > 0; left -= 1) (await gates.next()).finish('done')
})

test('jobs that wait for a time or behind their key are not counted', async () => {
  const later = { 'buzzer-delay': '1h' }
  for (let count = 0; count < 5; count += 1) {
    expect((await post('work', later)).status).toBe(202)
    expect((await post('work', { 'buzzer-key': 'k' })).status).toBe(202)
  }
  const running = await gates.next()
  // It asks its store several times a second.
  await expect.poll(async () => (await post('work', later)).status).toBe(202)
  for (let left = 4; left > 0; left -= 1) {
    running.finish('done')
    ;(await gates.next()).finish('done')
  }
})

test('a call is refused while another one has waited for too long', async () => {
  await fill('aged', 1)
  const running = await gates.next()
  await expect.poll(async () => (await post('aged')).status).toBe(503)
  running.finish('done')
})

test('a body is asked for once its caller has been let in', async () => {
  const headers = ['Content-Type: application/json', 'Content-Length: 2', 'Expect: 100-continue']
  const path = 'POST /v1/operations/other/jobs'
  const answer = await sendRaw(server.port, requestText(server.port, path, headers, '{}'))
  expect([...answer.text.matchAll(/^HTTP\/1\.1 (\d+)/gm)].map(([, status]) => status)).toEqual([
    '100',
    '202',
  ])
  const foreign = ['Origin: http://elsewhere.example', ...headers]
  const refused = await sendRaw(server.port, requestText(server.port, path, foreign))
  expect(refused.text).toMatch(/^HTTP\/1\.1 403 /)
})

test("a wrapped API's call is refused by its method and path", async () => {
  await using wrapped = await startWrapped({
    mode: 'async',
    concurrency: 1,
    operations: { make: { admission: { backlog: 1 } } },
  })
  const { promise, resolve } = Promise.withResolvers<{ body: string }>()
  wrapped.upstream.behave(() => promise)
  const make = () => call(wrapped.server.url, 'POST /api/api/things', { body: 'x' })
  expect((await make()).status).toBe(202)
  expect((await make()).status).toBe(202)
  expectShed(await make())
  expect((await call(wrapped.server.url, 'GET /api/api/things')).status).toBe(202)
  expectProblem(await call(wrapped.server.url, 'GET /api/api/nothing'), 404, 'route-not-found')
  resolve({ body: 'made' })
})
