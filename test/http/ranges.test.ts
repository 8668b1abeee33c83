import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call, type Answer } from './support/call.ts'
import { ended, submit } from './support/job.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer, type TestServer } from './support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    operations: { give: operation({ run: (bytes: number) => contentOf(bytes) }) },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const contentOf = (bytes: number): Uint8Array =>
  Uint8Array.from({ length: bytes }, (_, at) => (at * 7) % 251)

// With its job, and apart from it.
describe.each([1_000, 200_000])('of a result of %i bytes', (size) => {
  let path = ''
  let whole: Answer
  beforeAll(async () => {
    const { id } = await submit(server.url, 'give', size)
    await ended(server.url, id)
    path = `/v1/jobs/${id}/result`
    whole = await call(server.url, `GET ${path}`)
  })
  const get = (headers: Readonly<Record<string, string>>, method = 'GET') =>
    call(server.url, `${method} ${path}`, { headers })

  test.each([
    ['bytes=0-99', 0, 100],
    ['bytes=10-10', 10, 11],
    ['bytes=-100', size - 100, size],
    ['bytes=500-', 500, size],
    ['bytes=500-9999999', 500, size],
  ])('%s is that part of it', async (range, start, end) => {
    const part = await get({ range })
    expect(part.status).toBe(206)
    expect(part.headers['content-range']).toBe(`bytes ${start}-${end - 1}/${size}`)
    expect(part.headers['content-length']).toBe(String(end - start))
    expect(part.headers.etag).toBe(whole.headers.etag)
    expect(part.body.equals(whole.body.subarray(start, end))).toBe(true)
  })

  test.each(['bytes=0-1,4-5', 'bytes=9-1', 'lines=1-2'])('%s is passed over', async (range) => {
    const answer = await get({ range })
    expect(answer.status).toBe(200)
    expect(answer.headers).not.toHaveProperty('content-range')
    expect(answer.body.equals(contentOf(size))).toBe(true)
  })

  test('beyond its end there is nothing', async () => {
    const answer = await get({ range: `bytes=${size}-` })
    expectProblem(answer, 416, 'range-not-satisfiable')
    expect(answer.headers['content-range']).toBe(`bytes */${size}`)
  })

  test('its tag is strong, and tells whether a part fits', async () => {
    const etag = String(whole.headers.etag)
    expect(etag).toMatch(/^"/)
    expect((await get({ 'range': 'bytes=5-', 'if-range': etag })).status).toBe(206)
    expect((await get({ 'range': 'bytes=5-', 'if-range': '"other"' })).status).toBe(200)
    const known = await get({ 'if-none-match': etag })
    expect(known.status).toBe(304)
    expect(known.body.byteLength).toBe(0)
    expect((await get({ 'if-none-match': '"other"' })).status).toBe(200)
  })

  test('HEAD tells all of it, whatever range it names', async () => {
    const head = await get({ range: 'bytes=0-9' }, 'HEAD')
    expect(head.status).toBe(200)
    expect(head.headers).toMatchObject({
      'content-length': String(size),
      'accept-ranges': 'bytes',
      'etag': whole.headers.etag,
    })
  })
})
