import { afterAll, beforeAll, expect, test } from 'vitest'
import { call } from './support/call.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer, type TestServer } from './support/server.ts'
import { document } from './support/wrapped.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

interface Page {
  readonly versions: readonly { readonly version: number }[]
  readonly next: string | null
}

test.each([
  ['/v1/services/gone', '/v1/services/gone', 'gone', { openapi: document, url: 'http://a.test' }],
  ['/v1/channels/gone%2Fone', '/v1/channels/gone.one', 'gone.one', {}],
])('%s that was deleted stands again, at its own place', async (path, place, name, json) => {
  const created = await call(server.url, `PUT ${path}`, { json })
  expect(created.headers['location']).toBe(place)
  expect(created.json()).toMatchObject({ name })
  expect((await call(server.url, `DELETE ${path}`)).status).toBe(204)
  const back = await call(server.url, `POST ${path}/rollback`, { json: { version: 1 } })
  expect([back.status, back.headers['location']]).toEqual([201, place])
  expect(back.json()).toMatchObject({ name })
  expect((await call(server.url, `GET ${place}`)).status).toBe(200)
})

test.each([
  ['services/past', { openapi: document, url: 'http://a.test' }, { mode: 'sync' }],
  ['channels/past.one', {}, { shared: true }],
])('the history of %s comes in pages, newest first', async (path, first, second) => {
  for (let count = 1; count <= 5; count += 1) {
    const json = count % 2 === 0 ? { ...first, ...second } : first
    const answer = await call(server.url, `PUT /v1/${path}`, { json })
    expect(answer.status, answer.text).toBe(count === 1 ? 201 : 200)
  }
  const found: (readonly number[])[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`
    const answer = await call(server.url, `GET /v1/${path}/history?limit=2${query}`)
    const { versions, next } = answer.json<Page>()
    found.push(versions.map(({ version }) => version))
    cursor = next
  }
  expect(found).toEqual([[5, 4], [3, 2], [1]])
  for (const query of ['limit=0', 'limit=x', 'newest=1']) {
    const answer = await call(server.url, `GET /v1/${path}/history?${query}`)
    expectProblem(answer, 400, 'invalid-parameter')
  }
})
