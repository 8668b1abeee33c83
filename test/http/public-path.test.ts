import { afterAll, beforeAll, expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from './support/call.ts'
import { ended } from './support/job.ts'
import { startTestServer, type TestServer } from './support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    publicUrl: 'https://example.com/buzzer',
    operations: { quick: operation({ run: () => 1 }) },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const run = 'POST /v1/operations/quick/jobs'

test('behind a path of publicUrl every place begins with it', async () => {
  const accepted = await call(server.url, run)
  const { id, links } = accepted.json<{ id: string; links: { self: string } }>()
  expect(accepted.headers).toMatchObject({
    'location': `/buzzer/v1/jobs/${id}`,
    'operation-location': `https://example.com/buzzer/v1/jobs/${id}`,
  })
  expect(links.self).toBe(`https://example.com/buzzer/v1/jobs/${id}`)
  await ended(server.url, id)
  const cancel = await call(server.url, `POST /v1/jobs/${id}/cancel`)
  expect(cancel.json()).toMatchObject({
    code: 'job-finished',
    type: 'https://example.com/buzzer/problems/job-finished',
    instance: `/buzzer/v1/jobs/${id}/cancel`,
  })
  const waited = await call(server.url, run, { headers: { prefer: 'wait=20' } })
  expect(waited.headers['content-location']).toMatch(/^\/buzzer\/v1\/jobs\/job_/)
  const places = [
    await call(server.url, 'POST /v1/batches', { json: { jobs: [{ operation: 'quick' }] } }),
    await call(server.url, 'PUT /v1/channels/news', { json: {} }),
    await call(server.url, 'POST /v1/webhooks', {
      json: { url: 'https://example.com/hook', channels: ['operations/quick'] },
    }),
  ].map(({ headers }) => headers['location'])
  expect(places).toEqual([
    expect.stringMatching(/^\/buzzer\/v1\/batches\/bat_/),
    '/buzzer/v1/channels/news',
    expect.stringMatching(/^\/buzzer\/v1\/webhooks\/whk_/),
  ])
})

test('behind a path of publicUrl the pages for people lead below it', async () => {
  const headers = { accept: 'text/html' }
  for (const path of ['/', '/problems', '/problems/job-expired', '/docs', '/docs/channels']) {
    const { text } = await call(server.url, `GET ${path}`, { headers })
    const links = [...text.matchAll(/ (?:href|src)="([^"]*)"/g)].map(([, link = '']) => link)
    const led = links
      .map((link) => new URL(link, `https://example.com/buzzer${path}`))
      .filter(({ host }) => host === 'example.com')
    expect(led.length, path).toBeGreaterThan(0)
    const astray = led.filter(({ pathname }) => !pathname.startsWith('/buzzer/'))
    expect(astray.map(String), path).toEqual([])
  }
})
