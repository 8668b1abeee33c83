import { createHash, randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { gzipSync, brotliCompressSync, zstdCompressSync, deflateSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { raw } from '../../packages/server/src/core/raw.ts'
import { StoreUnavailable, type Store } from '../../packages/server/src/ports/store.ts'
import { call } from './support/call.ts'
import { ended, submit } from './support/job.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer, type TestServer } from './support/server.ts'
import { startWrapped, type Wrapped } from './support/wrapped.ts'

const kib = 1_024
const mib = 1_048_576
const threshold = 64 * kib

let wrapped: Wrapped
let server: TestServer

beforeAll(async () => {
  wrapped = await startWrapped({ limits: { body: '8mb', result: '8mb' } })
  server = await startTestServer({
    limits: { bodyBytes: 2 * mib, resultBytes: 128 * mib },
    operations: {
      echo: operation({ run: (input: unknown) => input }),
      small: operation({ limits: { body: '2kb', result: '1kb' }, run: (input: unknown) => input }),
      pour: operation({
        run: ({ bytes, type }: { bytes: number; type: string }) => raw(pieces(bytes), type),
      }),
      flood: operation({ run: (mebibytes: number) => raw(flood(mebibytes), 'image/png') }),
      break: operation({
        retry: { attempts: 1 },
        run: () => raw(breaking(), 'text/plain'),
      }),
    },
  })
})

afterAll(async () => {
  await wrapped[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

async function* pieces(bytes: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes; at += 50_000) yield content(bytes).subarray(at, at + 50_000)
}

const piece = randomBytes(mib)

async function* flood(mebibytes: number): AsyncGenerator<Uint8Array, void> {
  for (let count = 0; count < mebibytes; count += 1) yield piece
}

const contents = new Map<number, Buffer>()
/** The same bytes for the same length. */
function content(bytes: number): Buffer {
  const made = contents.get(bytes) ?? Buffer.alloc(bytes, 'a line of a long report\n')
  contents.set(bytes, made)
  return made
}

async function* breaking(): AsyncGenerator<Uint8Array, void> {
  yield randomBytes(200 * kib)
  throw new Error('it broke in the midst')
}

test.each([0, 1, threshold - 1, threshold, threshold + 1, mib, 5 * mib + 7])(
  'a wrapped call passes %i bytes on in both directions',
  async (bytes) => {
    const sent = randomBytes(bytes)
    const given = randomBytes(bytes)
    wrapped.upstream.behave(() => ({ headers: ['Content-Type', 'image/png'], body: given }))
    const answer = await call(wrapped.server.url, 'POST /api/api/things', {
      headers: { 'content-type': 'application/octet-stream' },
      body: sent,
    })
    expect(answer.status).toBe(200)
    expect(answer.headers['content-length']).toBe(String(bytes))
    expect(answer.body.equals(given)).toBe(true)
    expect(wrapped.upstream.calls.at(-1)?.body.equals(sent)).toBe(true)
    const again = await call(
      wrapped.server.url,
      `GET ${String(answer.headers['content-location'])}/result`,
    )
    expect(again.body.equals(given)).toBe(true)
    expect(await wrapped.server.store.upkeep.audit()).toEqual([])
  },
)

test('a body in chunks of unknown length passes as well', async () => {
  const sent = randomBytes(3 * mib)
  wrapped.upstream.behave(() => ({ body: 'ok' }))
  const headers = { 'content-type': 'image/png', 'transfer-encoding': 'chunked' }
  const answer = await call(wrapped.server.url, 'POST /api/api/things', { headers, body: sent })
  expect(answer.status).toBe(200)
  const arrived = wrapped.upstream.calls.at(-1)
  expect(arrived?.body.equals(sent)).toBe(true)
  expect(arrived?.header('content-length')).toBe(String(sent.byteLength))
})

test('the limits of an operation are its own', async () => {
  const wide = await call(server.url, 'POST /v1/operations/echo/jobs', { json: 'x'.repeat(mib) })
  expect(wide.status).toBe(202)
  const narrow = await call(server.url, 'POST /v1/operations/small/jobs', {
    json: 'x'.repeat(3_000),
  })
  expect(expectProblem(narrow, 413, 'payload-too-large').detail).toContain('2 KiB')
  const { id } = await submit(server.url, 'small', 'x'.repeat(1_500))
  const job = await ended(server.url, id)
  expect(job).toMatchObject({ state: 'failed', error: { code: 'handler-failed' } })
  const beyond = await call(wrapped.server.url, 'POST /api/api/things', {
    headers: { 'content-type': 'image/png', 'transfer-encoding': 'chunked' },
    body: randomBytes(9 * mib),
  })
  expectProblem(beyond, 413, 'payload-too-large')
  expect(await blobsOf(wrapped.server)).toEqual(await namedBlobsOf(wrapped.server))
})

test('a large body is the same call again under its key, and another one is not', async () => {
  wrapped.upstream.behave(() => ({ body: 'ok' }))
  const body = randomBytes(mib)
  const post = (sent: Uint8Array) =>
    call(wrapped.server.url, 'POST /api/api/things', {
      headers: { 'content-type': 'image/png', 'idempotency-key': 'large-1' },
      body: sent,
    })
  const first = await post(body)
  const second = await post(body)
  expect(second.headers['idempotency-replayed']).toBe('true')
  expect(second.headers['content-location']).toBe(first.headers['content-location'])
  expectProblem(await post(randomBytes(mib)), 422, 'idempotency-key-reused')
  await expect.poll(() => blobsOf(wrapped.server)).toEqual(await namedBlobsOf(wrapped.server))
})

test('a handler gives a stream, which is kept as it comes', async () => {
  const bytes = 3 * mib + 11
  const { id } = await submit(server.url, 'pour', { bytes, type: 'text/plain' })
  await ended(server.url, id)
  const result = await call(server.url, `GET /v1/jobs/${id}/result`)
  expect(result.headers).toMatchObject({
    'content-type': 'text/plain',
    'content-length': String(bytes),
    'accept-ranges': 'bytes',
  })
  expect(sha256(result.body)).toBe(sha256(content(bytes)))
  const head = await call(server.url, `HEAD /v1/jobs/${id}/result`)
  expect(head.headers['content-length']).toBe(String(bytes))
  expect(head.body.byteLength).toBe(0)
})

test('a body stays where nobody knows whether its job was stored', async () => {
  let store: Store | null = null
  const doubtful = (opened: Store): Store => {
    store = opened
    const accept: Store['intake']['accept'] = async (command) => {
      await opened.intake.accept(command)
      throw new StoreUnavailable('its answer got lost')
    }
    return { ...opened, intake: { ...opened.intake, accept } }
  }
  await using doubting = await startTestServer(
    { operations: { echo: operation({ run: (input: unknown) => input }) }, slots: 0 },
    { wrapStore: doubtful },
  )
  const json = 'x'.repeat(200_000)
  const answer = await call(doubting.url, 'POST /v1/operations/echo/jobs', { json })
  expectProblem(answer, 503, 'store-unavailable')
  expect(await blobsOf(doubting)).toHaveLength(1)
  expect(await (store as Store | null)?.upkeep.audit()).toEqual([])
})

test('a stream that breaks is a failed attempt, and leaves nothing', async () => {
  const { id } = await submit(server.url, 'break', null)
  const job = await ended(server.url, id)
  expect(job).toMatchObject({ state: 'failed', error: { detail: 'it broke in the midst' } })
  expect(await blobsOf(server)).toEqual(await namedBlobsOf(server))
})

test.each(['br', 'gzip', 'zstd'])('a large text is encoded as %s on its way', async (encoding) => {
  const bytes = 2 * mib
  const { id } = await submit(server.url, 'pour', { bytes, type: 'text/csv' })
  await ended(server.url, id)
  const response = await fetch(`${server.url}/v1/jobs/${id}/result`, {
    headers: { 'accept-encoding': encoding },
  })
  expect(response.headers.get('content-encoding')).toBe(encoding)
  expect(response.headers.get('etag')).toMatch(/^W\//)
  // Asked for with a range, the bytes are counted as they are.
  const part = await call(server.url, `GET /v1/jobs/${id}/result`, {
    headers: { 'accept-encoding': encoding, 'range': 'bytes=10-19' },
  })
  expect(part.headers).not.toHaveProperty('content-encoding')
  expect(part.body.equals(content(bytes).subarray(10, 20))).toBe(true)
  if (encoding === 'zstd') return
  expect(sha256(Buffer.from(await response.arrayBuffer()))).toBe(sha256(content(bytes)))
})

test('fields are picked from what can be read whole', async () => {
  const json = { kept: 1, list: 'x'.repeat(mib) }
  const { id } = await submit(server.url, 'echo', json)
  await ended(server.url, id)
  const picked = await call(server.url, `GET /v1/jobs/${id}/result?fields=kept`)
  expect(picked.json()).toEqual({ kept: 1 })
  const huge = await submit(server.url, 'pour', { bytes: 9 * mib, type: 'application/json' })
  await ended(server.url, huge.id)
  const refused = await call(server.url, `GET /v1/jobs/${huge.id}/result?fields=kept`)
  expectProblem(refused, 406, 'not-acceptable')
})

const encoders = {
  gzip: gzipSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
  deflate: deflateSync,
}

test.each(Object.entries(encoders))('an input may be encoded as %s', async (name, encode) => {
  const answer = await call(server.url, 'POST /v1/operations/echo/jobs', {
    headers: { 'content-type': 'application/json', 'content-encoding': name, 'prefer': 'wait=9' },
    body: encode(Buffer.from('{"page":7}')),
  })
  expect(answer.json()).toEqual({ page: 7 })
})

test.each(Object.entries(encoders))('a bomb of %s is 413', async (name, encode) => {
  const bomb = encode(Buffer.alloc(10 * mib, '0'))
  expect(bomb.byteLength).toBeLessThan(100_000)
  const headers = { 'content-type': 'application/json', 'content-encoding': name }
  const answer = await call(server.url, 'POST /v1/operations/echo/jobs', { headers, body: bomb })
  expectProblem(answer, 413, 'payload-too-large')
  // Bombs within bombs are as one that is not unpacked.
  const nested = await call(server.url, 'POST /v1/operations/echo/jobs', {
    headers: { ...headers, 'content-encoding': `${name}, ${name}` },
    body: encode(bomb),
  })
  expectProblem(nested, 415, 'unsupported-media-type')
})

test('what an erased job named is removed after a while, and not before', async () => {
  const { id } = await submit(server.url, 'pour', { bytes: mib, type: 'text/plain' })
  await ended(server.url, id)
  const result = await server.store.payloads.result(
    id as Parameters<typeof server.store.payloads.result>[0],
  )
  const blob = result?.body as { readonly id: string }
  const erased = await call(server.url, `DELETE /v1/jobs/${id}`)
  expect(erased.status).toBe(204)
  expect(await server.store.blobs.has(blob.id)).toBe(true)
  expect(await server.store.mentions.trashed(Date.now() + 1, 9)).toContain(blob.id)
  expect(await server.store.mentions.trashed(Date.now() - 600_000, 9)).not.toContain(blob.id)
})

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const blobsOf = ({ store }: TestServer) => store.blobs.writtenBefore(Date.now() + 1_000, '', 1_000)
const namedBlobsOf = async ({ store }: TestServer) => [...(await store.mentions.list('', 1_000))]

test('a body that breaks off leaves nothing', async () => {
  const before = await blobsOf(wrapped.server)
  await new Promise<void>((resolve) => {
    const socket = connect(wrapped.server.port, '127.0.0.1')
    const head = ['Host: 127.0.0.1', 'Content-Type: image/png', `Content-Length: ${5 * mib}`]
    socket.write(`POST /api/api/things HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n`)
    socket.write(randomBytes(mib), () => socket.destroy())
    socket.once('close', () => resolve())
  })
  await expect.poll(() => strayBlobsOf(wrapped.server)).toEqual([])
  expect(await blobsOf(wrapped.server)).toEqual(before)
})

/** Blobs that no row names. */
const strayBlobsOf = async (of: TestServer) => {
  const ids = await blobsOf(of)
  const named = new Set(await namedBlobsOf(of))
  return ids.filter((id) => !named.has(id))
}

test('100 MB pass through in the memory of few', async () => {
  const idle = process.memoryUsage.rss()
  let most = idle
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss())
  }, 10)
  const { id } = await submit(server.url, 'flood', 100)
  await ended(server.url, id)
  const response = await fetch(`${server.url}/v1/jobs/${id}/result`)
  let bytes = 0
  const body = response.body as AsyncIterable<Uint8Array>
  for await (const chunk of body) bytes += chunk.byteLength
  clearInterval(timer)
  expect(bytes).toBe(100 * mib)
  // Half of it is what this process itself reads; see bench/large-result.ts for the exact figure.
  expect((most - idle) / mib).toBeLessThan(120)
})
