import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { call, ended, type JobDocument } from '../support/call.ts'
import { startServer } from '../support/server.ts'
import { findScarcity } from './scarce-space.ts'

const mib = 1_048_576
const half = randomBytes(6 * mib)

const scarcity = await findScarcity()

/** Gives the first half of its answer at once, and the second when the test says so. */
async function startUpstream() {
  const waiting: ServerResponse[] = []
  let isOpen = false
  const server = createServer((_, response) => {
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': String(2 * half.byteLength),
    })
    response.write(half)
    if (isOpen) response.end(half)
    else waiting.push(response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    goOn() {
      isOpen = true
      for (const response of waiting.splice(0)) response.end(half)
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

test(`an answer that comes while space runs out is whole later or not there (${scarcity.how})`, async () => {
  await using upstream = await startUpstream()
  await using disk = await scarcity.prepare()
  const data = join(disk.path, 'data')
  await using server = await startServer({
    config: new URL('./large-answer.config.ts', import.meta.url),
    data,
    env: { UPSTREAM: upstream.url },
  })
  const accepted = await call(server.url, '/api/large/large')
  const { id } = accepted.json<JobDocument>()
  // It is written as it comes.
  const files = () => readdir(join(data, 'blobs'), { recursive: true }).catch(() => [])
  await expect.poll(async () => (await files()).some((name) => name.endsWith('.part'))).toBe(true)

  await disk.fill(server.pid)
  upstream.goOn()
  await expect.poll(() => server.stderr()).toMatch(/ENOSPC|EFBIG/)
  const during = await call(server.url, `/v1/jobs/${id}`)
  expect(during.json<JobDocument>().state).not.toBe('succeeded')
  expect((await call(server.url, `/v1/jobs/${id}/result`)).status).toBe(404)

  await disk.free(server.pid)
  expect(await ended(server.url, id)).toMatchObject({ state: 'succeeded', run: 1 })
  const result = await fetch(`${server.url}/v1/jobs/${id}/result`)
  const found = Buffer.from(await result.arrayBuffer())
  expect(sha256(found)).toBe(sha256(Buffer.concat([half, half])))
  await expect
    .poll(async () => (await files()).filter((name) => name.includes('blb_')).length)
    .toBe(1)
})

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
