import { createServer, type AddressInfo, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'
import { leadingInside, privateUrls } from '../targets/private-urls.ts'

/** Whether anybody reached this machine from inside, by whichever of its addresses. */
let reached = 0
let canary: Server
let server: TestServer
let urls: readonly string[] = []

beforeAll(async () => {
  canary = createServer((socket) => {
    reached += 1
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}')
  })
  await new Promise<void>((resolve) => void canary.listen(0, '::', resolve))
  server = await startTestServer({
    operations: { quick: operation({ run: () => 'done' }) },
    channels: { any: channel({}) },
  })
  // Names that lead inside by a resolver of their own are tried where there is one (channel/webhook).
  const byName = new Set(Object.keys(leadingInside))
  urls = privateUrls((canary.address() as AddressInfo).port).filter(
    (url) => !byName.has(hostOf(url)),
  )
})

afterAll(async () => {
  await server[Symbol.asyncDispose]()
  canary.close()
})

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : '')

const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
  const answer = await fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return { status: answer.status, code: ((await answer.json()) as { code?: string }).code }
}

const put = (name: string, definition: unknown): Promise<Response> =>
  fetch(`${server.url}/v1/services/${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(definition),
  })

/** Those that were not answered as they should be. */
async function unexpected(
  send: (url: string) => Promise<{ readonly status: number; readonly code?: string | undefined }>,
  codes: readonly string[],
): Promise<readonly unknown[]> {
  const wrong: unknown[] = []
  for (const url of urls) {
    const { status, code = '' } = await send(url)
    if (status < 400 || status >= 500 || !codes.includes(code)) wrong.push([url, status, code])
  }
  return wrong
}

describe('no URL that leads inside is reached', () => {
  test('there are enough of them', () => {
    expect(new Set(urls).size).toBeGreaterThanOrEqual(300)
  })

  test('by a webhook', async () => {
    const create = (url: string) => post('/v1/webhooks', { url })
    expect(await unexpected(create, ['endpoint-url-rejected', 'validation-failed'])).toEqual([])
    const list = await fetch(`${server.url}/v1/webhooks`)
    expect(await list.json()).toEqual({ webhooks: [], next: null })
    expect(reached).toBe(0)
  })

  test('by a callback', async () => {
    // What no header can carry is not sent by anybody.
    const printable = urls.filter((url) => /^[\x21-\x7e]+$/.test(url))
    expect(printable.length).toBeGreaterThanOrEqual(250)
    const submit = (url: string) =>
      printable.includes(url)
        ? post('/v1/operations/quick/jobs', {}, { 'callback-url': url })
        : Promise.resolve({ status: 422, code: 'callback-url-rejected' })
    expect(await unexpected(submit, ['callback-url-rejected', 'invalid-header'])).toEqual([])
    expect(server.acceptances()).toBe(0)
    expect(reached).toBe(0)
  })

  test('by an import', async () => {
    const load = async (url: string) => {
      const answer = await put('inside', {
        openapi: url,
        url: 'https://api.example',
        mount: '/api/inside',
      })
      return { status: answer.status, code: ((await answer.json()) as { code?: string }).code }
    }
    expect(await unexpected(load, ['validation-failed'])).toEqual([])
    expect(reached).toBe(0)
  })

  test('by a wrapped API', async () => {
    const openapi = {
      openapi: '3.1.0',
      info: { title: 'Inside', version: '1' },
      paths: { '/': { get: { operationId: 'look', responses: { '200': { description: 'ok' } } } } },
    }
    const outcomes: unknown[] = []
    let called = 0
    for (const [index, url] of urls.entries()) {
      const name = `inside${index}`
      const operations = { look: { retry: { attempts: 1 } } }
      const defined = await put(name, { openapi, url, mount: `/api/${name}`, operations })
      // Where it cannot be defined it cannot be called.
      if (defined.status >= 400) continue
      called += 1
      const call = await fetch(`${server.url}/api/${name}/`, { headers: { prefer: 'wait=5' } })
      const { code } = (await call.json()) as { code?: string }
      if (code !== 'upstream-failed') outcomes.push([url, call.status, code])
      await fetch(`${server.url}/v1/services/${name}`, { method: 'DELETE' })
    }
    expect(outcomes).toEqual([])
    expect(called).toBeGreaterThanOrEqual(200)
    expect(reached).toBe(0)
  })
})
