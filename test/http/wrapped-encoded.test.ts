import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { call } from './support/call.ts'
import { expectProblem } from './support/problem.ts'
import { startWrapped, type Wrapped } from './support/wrapped.ts'

const tour = { type: 'object', required: ['name'], properties: { name: { type: 'string' } } }
const form = 'application/x-www-form-urlencoded'
const document = {
  openapi: '3.1.0',
  info: { title: 'Tours', version: '1' },
  paths: {
    '/tours': {
      post: {
        operationId: 'add',
        requestBody: {
          content: {
            'application/json': { schema: tour },
            [form]: { schema: tour },
            'multipart/form-data': { schema: tour },
            'application/octet-stream': {},
          },
        },
        responses: { default: { description: 'Whatever' } },
      },
    },
  },
}

let wrapped: Wrapped

beforeAll(async () => {
  wrapped = await startWrapped({ openapi: document, limits: { body: '64kb' } })
})
afterAll(() => wrapped[Symbol.asyncDispose]())

const post = (body: Uint8Array, encoding: string, type = 'application/json') =>
  call(wrapped.server.url, 'POST /api/api/tours', {
    body,
    headers: { 'content-type': type, 'content-encoding': encoding },
  })

test.each([
  ['gzip', gzipSync],
  ['x-gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['zstd', zstdCompressSync],
])('JSON in %s is checked as what it holds, and arrives as it was sent', async (coding, pack) => {
  const { upstream } = wrapped
  upstream.behave(() => ({ body: 'added' }))
  const sent = pack('{"name":"Alps"}')
  expect((await post(sent, coding)).text).toBe('added')
  expect(upstream.calls.at(-1)?.body.equals(sent)).toBe(true)
  expect(upstream.calls.at(-1)?.headers).toContainEqual(['content-encoding', coding])
  expectProblem(await post(pack('{"wrong":1}'), coding), 422, 'validation-failed')
  expectProblem(await post(pack('no JSON'), coding), 400, 'malformed-body')
  expectProblem(await post(pack('wrong=1'), coding, form), 422, 'validation-failed')
  expect(upstream.calls).toHaveLength(1)
})

test.each([
  ['a bomb', gzipSync(Buffer.alloc(10_000_000, 32)), 'gzip', 413, 'payload-too-large'],
  ['what is not so encoded', Buffer.from('{"name":"a"}'), 'gzip', 400, 'malformed-body'],
  ['a coding of nobody', Buffer.from('{}'), 'snappy', 415, 'unsupported-media-type'],
  ['two codings', gzipSync(gzipSync('{}')), 'gzip, gzip', 415, 'unsupported-media-type'],
])('%s is refused', async (_, body, encoding, status, code) => {
  const { upstream } = wrapped
  upstream.behave(() => ({ body: 'added' }))
  expectProblem(await post(body, encoding), status, code)
  expect(upstream.calls).toHaveLength(0)
})

test('parts that are checked one by one come as they are, and other types in any coding', async () => {
  const { upstream } = wrapped
  upstream.behave(() => ({ body: 'added' }))
  const type = 'multipart/form-data; boundary=b'
  const parts = gzipSync(
    '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nAlps\r\n--b--\r\n',
  )
  expectProblem(await post(parts, 'gzip', type), 415, 'unsupported-media-type')
  const sent = Buffer.from('whatever')
  expect((await post(sent, 'snappy', 'application/octet-stream')).text).toBe('added')
  expect(upstream.calls.at(-1)?.body.equals(sent)).toBe(true)
})
