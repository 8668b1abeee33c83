import { afterAll, beforeAll, expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from './support/call.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer, type TestServer } from './support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ operations: { quick: operation({ run: () => 'done' }) } })
})
afterAll(() => server[Symbol.asyncDispose]())

test('the front door says where things are, to people and to programs', async () => {
  const json = await call(server.url, 'GET /')
  expect(json.status).toBe(200)
  const { links } = json.json<{ links: Record<string, string> }>()
  for (const link of Object.values(links)) {
    const { status } = await call(server.url, `GET ${new URL(link).pathname}`)
    expect(status, link).toBe(200)
  }
  const page = await call(server.url, 'GET /', { headers: { accept: 'text/html,*/*' } })
  expect(page.headers['content-type']).toMatch(/^text\/html/)
  for (const link of Object.values(links)) expect(page.text).toContain(new URL(link).pathname)
  expect(page.text).not.toContain('<script')
})

test.each(['GET /v1/jobs/', 'POST /v1/operations/quick/jobs//', 'GET /v1/jobs/?limit=1'])(
  'a slash too much is told: %s',
  async (route) => {
    const { detail } = expectProblem(await call(server.url, route), 404, 'route-not-found')
    expect(detail).toContain(`write ${route.split(/[ ?]/)[1]?.replace(/\/+$/, '')},`)
  },
)

test.each([
  ['GET', 'quotes/ACME/events', 'quotes.ACME/events'],
  ['POST', 'quotes/eu/ACME/events?type=price', 'quotes.eu.ACME/events'],
  ['GET', 'chat/lobby/presence/', 'chat.lobby/presence'],
  ['PUT', 'quotes/ACME', 'quotes.ACME'],
])(
  'a channel with slashes in a path is told how to be written: %s %s',
  async (method, place, name) => {
    const answer = await call(server.url, `${method} /v1/channels/${place}`)
    const { detail } = expectProblem(answer, 404, 'route-not-found')
    expect(detail).toContain(`write /v1/channels/${name}, because`)
  },
)

test('a path of thousands of slashes costs no more than another', async () => {
  const began = performance.now()
  for (let time = 0; time < 20; time += 1) {
    const answer = await call(server.url, `GET ${'/'.repeat(15_000)}x`)
    expectProblem(answer, 404, 'route-not-found')
  }
  expect(performance.now() - began).toBeLessThan(1_500)
})

test.each(['/', '/problems'])('a cache keeps the page of %s apart from its JSON', async (path) => {
  const found = await Promise.all(
    ['text/html', 'application/json'].map((accept) =>
      call(server.url, `GET ${path}`, { headers: { accept } }),
    ),
  )
  expect(found.map(({ headers }) => headers['content-type']?.split(';')[0])).toEqual([
    'text/html',
    'application/json',
  ])
  for (const { headers } of found) expect(headers.vary).toMatch(/^Accept\b(?!-)/)
})
