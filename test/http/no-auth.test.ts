import { afterAll, beforeAll, expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from './support/call.ts'
import { createGates } from './support/gates.ts'
import { ended, submit } from './support/job.ts'
import { expectProblem } from './support/problem.ts'
import { sendRaw } from './support/raw.ts'
import { startTestServer, type TestServer } from './support/server.ts'

const gates = createGates()
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    operations: { quick: operation({ run: () => 1 }), gate: operation({ run: gates.run }) },
    publicUrl: 'https://buzzer.example.com',
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const paths = ['GET /v1/jobs', 'POST /v1/operations/quick/jobs', 'GET /healthz', 'GET /nowhere']

const own = (port: number): readonly string[] => [
  `127.0.0.1:${port}`,
  `localhost:${port}`,
  `LOCALHOST:${port}`,
  `[::1]:${port}`,
  'buzzer.example.com',
]

test('its own names are let in, and links are made with publicUrl', async () => {
  for (const host of own(server.port)) {
    const answer = await call(server.url, 'POST /v1/operations/quick/jobs', { headers: { host } })
    expect(answer.status, host).toBe(202)
    expect(answer.headers['operation-location']).toMatch(
      /^https:\/\/buzzer\.example\.com\/v1\/jobs\//,
    )
  }
})

test.each([
  'evil.example',
  'evil.example:PORT',
  '127.0.0.1',
  'localhost',
  '127.0.0.1:1',
  '127.0.0.1:PORT.evil.example',
  'buzzer.example.com.evil.example',
  'buzzer.example.com:8080',
  'x@127.0.0.1:PORT',
  '127.0.0.2:PORT',
  '2130706433:PORT',
  '[::ffff:127.0.0.1]:PORT',
  '0.0.0.0:PORT',
  ' ',
])('the Host %j is refused', async (name) => {
  const host = name.replace('PORT', String(server.port))
  const stored = server.acceptances()
  for (const path of paths) {
    expectProblem(await call(server.url, path, { headers: { host } }), 403, 'host-not-allowed')
  }
  expect(server.acceptances()).toBe(stored)
})

test('whoever leaves the port out of Host is told which it is', async () => {
  const answer = await call(server.url, 'GET /healthz', { headers: { host: 'localhost' } })
  const { detail } = expectProblem(answer, 403, 'host-not-allowed')
  const { port } = server
  expect(detail).toContain(`not to 'localhost'. Call it as 127.0.0.1:${port} or localhost:${port},`)
})

test('a request without Host, or with two, is refused', async () => {
  const none = await sendRaw(server.port, 'GET /v1/jobs HTTP/1.0\r\n\r\n')
  expect(none.status).toBe(400)
  const two = await sendRaw(
    server.port,
    `GET /v1/jobs HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
  )
  expect(two.status, 'the first of two names is not enough').toBe(400)
  const absolute = await sendRaw(
    server.port,
    `GET http://evil.example/v1/jobs HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: close\r\n\r\n`,
  )
  expect(absolute.status).toBeGreaterThanOrEqual(400)
  expect(absolute.status).toBeLessThan(500)
})

test('an Origin must be our own', async () => {
  const { port } = server
  const rows: readonly (readonly [string, number])[] = [
    [`http://127.0.0.1:${port}`, 200],
    [`http://localhost:${port}`, 200],
    ['https://buzzer.example.com', 200],
    ['https://evil.example', 403],
    ['null', 403],
    ['', 403],
    [`http://127.0.0.1:${port}.evil.example`, 403],
    [`http://evil.example#127.0.0.1:${port}`, 403],
    ['http://127.0.0.1', 403],
    ['file://', 403],
    [`chrome-extension://127.0.0.1:${port}`, 403],
  ]
  for (const [origin, status] of rows) {
    const answer = await call(server.url, 'GET /v1/jobs', { headers: { origin } })
    expect({ origin, status: answer.status }).toEqual({ origin, status })
    if (status === 403) expectProblem(answer, 403, 'host-not-allowed')
  }
  const preflight = await call(server.url, 'OPTIONS /v1/operations/quick/jobs', {
    headers: { 'origin': 'https://evil.example', 'access-control-request-method': 'POST' },
  })
  expect(preflight.status).toBe(403)
  expect(preflight.headers).not.toHaveProperty('access-control-allow-origin')
})

test("a job's own token opens this job only, to read, watch and cancel", async () => {
  const mine = await submit(server.url, 'gate')
  const other = await submit(server.url, 'quick')
  await gates.next()
  const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
  const allowed = (id: string): readonly (readonly [string, number])[] => [
    [`GET /v1/jobs/${id}`, 200],
    [`GET /v1/jobs/${id}/result`, 404],
    [`POST /v1/jobs/${id}/cancel`, 202],
    [`GET /v1/jobs/${id}/events`, 200],
  ]
  for (const [path] of allowed(other.id)) {
    expectProblem(await call(server.url, path, as(mine.token)), 403, 'insufficient-scope')
  }
  for (const path of [
    'GET /v1/jobs',
    'GET /v1/dead-letters',
    'POST /v1/dead-letters/retry',
    'POST /v1/dead-letters/discard',
    'POST /v1/operations/quick/jobs',
    `POST /v1/jobs/${mine.id}/retry`,
    `DELETE /v1/jobs/${mine.id}`,
    'GET /metrics',
  ]) {
    expectProblem(await call(server.url, path, as(mine.token)), 403, 'insufficient-scope')
  }
  const { token } = mine
  for (const bad of [
    `${token}x`,
    token.slice(0, -1),
    flip(token),
    'bzj_',
    `bzj_${'A'.repeat(43)}`,
  ]) {
    const answer = await call(server.url, `GET /v1/jobs/${mine.id}`, as(bad))
    expectProblem(answer, 403, 'insufficient-scope')
  }
  for (const [path, status] of allowed(mine.id)) {
    const answer = await call(server.url, path, as(token))
    expect({ path, status: answer.status }).toEqual({ path, status })
  }
  expect((await ended(server.url, mine.id)).state).toBe('cancelled')
})

/** Another token of the same length. */
const flip = (token: string): string =>
  `${token.slice(0, 10)}${token[10] === 'A' ? 'B' : 'A'}${token.slice(11)}`
