import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { createClient } from './client.ts'

const id = 'job_01jd0000000000000000000000'
const content = randomBytes(300_000)
const job = { id, operation: 'give', state: 'succeeded', version: 4, error: null }

/** @param answer what becomes of the result's requests */
async function startServer(answer: RequestListener) {
  const ranges: (string | undefined)[] = []
  const server = createServer((request, response) => {
    if (request.url?.endsWith('/events') === true) {
      const data = JSON.stringify({ type: 'dev.buzzer.job.snapshot', sequence: '4', data: job })
      response.setHeader('content-type', 'text/event-stream')
      return void response.end(`id: 4\nevent: job.snapshot\ndata: ${data}\n\n`)
    }
    if (request.url?.endsWith('/result') !== true) {
      response.setHeader('content-type', 'application/json')
      return void response.end(JSON.stringify(job))
    }
    ranges.push(request.headers.range)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    ranges,
    client: createClient({
      url: `http://127.0.0.1:${port}`,
      retry: { delay: 1, attempts: 2, reconnects: 3 },
    }),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const startOf = (range: string | undefined): number => Number(/(\d+)-/.exec(range ?? '0-')?.[1])

test('a download that breaks off goes on where it did', async () => {
  await using server = await startServer((request, response) => {
    const start = startOf(request.headers.range)
    const headers = { 'etag': '"a"', 'content-type': 'image/png' }
    const rest = content.subarray(start)
    response.writeHead(start === 0 ? 200 : 206, { ...headers, 'content-length': rest.byteLength })
    // Each time a third of it, and then the connection is gone.
    if (start >= 200_000) return void response.end(rest)
    response.write(rest.subarray(0, 100_000), () => setImmediate(() => response.destroy()))
  })
  const download = await server.client.job(id).download()
  expect(download).toMatchObject({ status: 200, mediaType: 'image/png', size: 300_000 })
  expect((await buffer(download.body)).equals(content)).toBe(true)
  expect(server.ranges[0]).toBeUndefined()
  expect(server.ranges.length).toBeGreaterThan(1)
})

test('one that has changed meanwhile, or cannot be taken up, fails', async () => {
  await using server = await startServer((_, response) => {
    response.writeHead(200, { 'etag': '"a"', 'content-length': content.byteLength })
    response.write(content.subarray(0, 100_000), () => setImmediate(() => response.destroy()))
  })
  const { body } = await server.client.job(id).download()
  await expect(buffer(body)).rejects.toThrow('The result has changed')
})

test('one goes on after refusals and broken tries, as long as a reader of events would', async () => {
  let tries = 0
  await using server = await startServer((request, response) => {
    tries += 1
    const start = startOf(request.headers.range)
    if (tries === 2) return void response.destroy()
    if (tries === 3) return void response.writeHead(503, { 'retry-after': '0' }).end()
    const rest = content.subarray(start)
    const headers = { 'etag': '"a"', 'content-length': rest.byteLength }
    response.writeHead(start === 0 ? 200 : 206, headers)
    if (tries === 4) return void response.end(rest)
    response.write(rest.subarray(0, 100_000), () => setImmediate(() => response.destroy()))
  })
  const { body } = await server.client.job(id).download()
  expect((await buffer(body)).equals(content)).toBe(true)
  expect(tries).toBe(4)
})

test('one that is cancelled while it waits lets go of its connection', async () => {
  let closed: Promise<unknown> = Promise.resolve()
  await using server = await startServer((_, response) => {
    closed = once(response, 'close')
    response.writeHead(200, { 'etag': '"a"', 'content-length': content.byteLength })
    response.write(content.subarray(0, 10))
  })
  const { body } = await server.client.job(id).download()
  const reader = body.getReader()
  await reader.read()
  const waiting = reader.read()
  await new Promise((resolve) => setImmediate(resolve))
  await reader.cancel()
  await expect(waiting).resolves.toMatchObject({ done: true })
  await closed
  expect(server.ranges).toHaveLength(1)
})

test("a proxy's error page is no result", async () => {
  await using server = await startServer((_, response) => {
    response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>')
  })
  const handle = server.client.job(id)
  const refusal = { code: 'unexpected-response', status: 502 }
  await expect(handle.response()).rejects.toMatchObject(refusal)
  await expect(handle.download()).rejects.toMatchObject(refusal)
})
