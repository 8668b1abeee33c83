import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '../../packages/server/src/core/raw.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from './support/call.ts'
import { ended, submit } from './support/job.ts'
import { startTestServer, type TestServer } from './support/server.ts'

const text = JSON.stringify({ rows: Array.from({ length: 500 }, (_, at) => ({ at, name: 'row' })) })
const png = Buffer.alloc(5_000, 7)
const decoders: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  br: brotliDecompressSync,
  gzip: gunzipSync,
  zstd: zstdDecompressSync,
  identity: (body) => body,
}
let server: TestServer
let large = ''
let picture = ''

beforeAll(async () => {
  server = await startTestServer({
    operations: {
      large: operation({ run: () => raw(text, 'application/json') }),
      picture: operation({ run: () => raw(png, 'image/png') }),
    },
  })
  large = (await submit(server.url, 'large')).id
  picture = (await submit(server.url, 'picture')).id
  await Promise.all([large, picture].map((id) => ended(server.url, id)))
})
afterAll(() => server[Symbol.asyncDispose]())

// RFC 9110, section 12.5.3.
test.each([
  [null, 'identity'],
  ['', 'identity'],
  ['identity', 'identity'],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['br', 'br'],
  ['zstd', 'zstd'],
  ['gzip, deflate', 'gzip'],
  ['deflate', 'identity'],
  ['compress, deflate', 'identity'],
  ['*', 'br'],
  ['gzip, br', 'br'],
  ['gzip;q=1.0, br;q=0.5', 'gzip'],
  ['gzip;q=0.2, zstd;q=0.9, br;q=0.5', 'zstd'],
  ['br;q=0, *', 'zstd'],
  ['br;q=0, zstd;q=0, gzip', 'gzip'],
  ['gzip;q=0', 'identity'],
  ['gzip;q=0.000', 'identity'],
  ['*;q=0', 'identity'],
  ['identity;q=1, gzip;q=0.5', 'identity'],
  ['identity;q=0.5, gzip;q=0.5', 'gzip'],
  ['identity;q=0, gzip;q=0.1', 'gzip'],
  ['gzip ; q=0.5 , br ; q=0.4', 'gzip'],
  ['gzip;q=nonsense', 'identity'],
  [';;,', 'identity'],
])('Accept-Encoding %j gives %s', async (accepted, encoding) => {
  const headers = accepted === null ? {} : { 'accept-encoding': accepted }
  const answer = await call(server.url, `GET /v1/jobs/${large}/result`, { headers })
  expect(answer.headers['content-encoding'] ?? 'identity').toBe(encoding)
  expect(answer.headers['vary']).toMatch(/\bAccept-Encoding\b/)
  expect(answer.headers['content-length']).toBe(String(answer.body.byteLength))
  const decode = decoders[encoding]
  expect(decode?.(answer.body).toString()).toBe(text)
})

// RFC 9110, section 15.4.5: a cache takes them for those that it keeps.
test.each(['gzip', 'identity'])(
  'a reader of %s who has it gets the headers with which it was sent',
  async (encoding) => {
    const headers = { 'accept-encoding': encoding }
    const kept = ['etag', 'vary', 'cache-control', 'content-location', 'accept-ranges']
    for (const id of [large, picture]) {
      const route = `GET /v1/jobs/${id}/result`
      const first = await call(server.url, route, { headers })
      const tag = String(first.headers.etag)
      const again = await call(server.url, route, { headers: { ...headers, 'if-none-match': tag } })
      expect(again.status).toBe(304)
      for (const name of kept) expect(again.headers[name], name).toBe(first.headers[name])
      for (const name of ['content-encoding', 'content-length', 'content-type'])
        expect(again.headers, name).not.toHaveProperty(name)
    }
  },
)

test('what an answer varies by is named once', async () => {
  const answer = await call(server.url, 'GET /docs/try.js', { headers: { 'accept-encoding': 'x' } })
  expect(answer.headers.vary).toBe('Accept-Encoding')
})

test('pictures are sent as they are', async () => {
  const headers = { 'accept-encoding': 'br, gzip' }
  const answer = await call(server.url, `GET /v1/jobs/${picture}/result`, { headers })
  expect(answer.headers).not.toHaveProperty('content-encoding')
  expect(answer.body.equals(png)).toBe(true)
})
