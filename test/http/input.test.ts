import { afterAll, beforeAll, expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from './support/call.ts'
import { ended, submit } from './support/job.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer, type TestServer } from './support/server.ts'
import { bytesIn } from '../../packages/server/src/core/payload.ts'

let server: TestServer
let seen: unknown

beforeAll(async () => {
  server = await startTestServer({
    operations: {
      any: operation({
        run(input) {
          seen = input
          return { absent: input === undefined, input: input ?? null }
        },
      }),
      strict: operation({
        input: {
          type: 'object',
          required: ['month'],
          properties: { month: { type: 'string' }, pages: { type: 'integer', minimum: 1 } },
          additionalProperties: false,
        },
        run: (input) => input,
      }),
    },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const inputs: readonly (readonly [name: string, json: string])[] = [
  ['null', 'null'],
  ['an array', '[1,[2,{}],[]]'],
  ['an empty object', '{}'],
  ['a text', '"text"'],
  ['an empty text', '""'],
  ['false', 'false'],
  ['zero', '0'],
  ['white space around', ' \r\n\t{"a" : 1} \n'],
  ['unicode', '{"ключ":"日本語 🎉 \\u00e9 \\ud83d\\ude00","":"empty name"}'],
  ['members that sound like methods', '{"toString":1,"hasOwnProperty":2,"then":3,"constructor":4}'],
  ['the same member twice', '{"a":1,"a":2}'],
  ['big numbers', '[9007199254740993,1e308,-0,0.1,1E-7,123456789012345678901234567890]'],
  ['texts that look like too great a number', `["1e400","${'9'.repeat(400)}","deadbeef400"]`],
  ['the greatest number there is', '[1.7976931348623157e308,-1.7976931348623157E+308,1e-400]'],
  ['64 levels', `${'['.repeat(64)}${']'.repeat(64)}`],
]

test.each(inputs)(
  '%s reaches the handler as JSON and the store as the bytes sent',
  async (_, json) => {
    const answer = await call(server.url, 'POST /v1/operations/any/jobs', {
      body: json,
      headers: { 'content-type': 'application/json', 'prefer': 'wait=20' },
    })
    expect(answer.status, answer.text).toBe(200)
    const parsed = JSON.parse(json) as unknown
    expect(seen).toEqual(parsed)
    const id = (answer.headers['content-location'] ?? '').replace('/v1/jobs/', '')
    const input = await server.store.payloads.input(
      id as Parameters<typeof server.store.payloads.input>[0],
    )
    expect(Buffer.from(bytesIn(input?.body ?? new Uint8Array())).toString()).toBe(json)
  },
)

test('no body means no input, with or without a Content-Type', async () => {
  const bare = ['Host', `127.0.0.1:${server.port}`, 'Prefer', 'wait=20']
  const forms: readonly (readonly string[])[] = [
    bare,
    [...bare, 'Content-Length', '0'],
    [...bare, 'Content-Length', '0', 'Content-Type', 'application/json'],
    [...bare, 'Transfer-Encoding', 'chunked', 'Content-Type', 'application/json'],
    [...bare, 'Content-Length', '0', 'Content-Type', 'text/plain'],
  ]
  for (const headers of forms) {
    const answer = await call(server.url, 'POST /v1/operations/any/jobs', { headers })
    expect(answer.status, answer.text).toBe(200)
    expect(answer.json()).toEqual({ absent: true, input: null })
  }
})

test.each([
  ['application/json', 202],
  ['application/json; charset=utf-8', 202],
  ['APPLICATION/JSON', 202],
  ['application/vnd.acme.v2+json', 202],
  [null, 202],
  ['text/plain', 415],
  ['text/json', 415],
  ['application/x-www-form-urlencoded', 415],
  ['multipart/form-data; boundary=x', 415],
  ['application/jsonp', 415],
  ['application/octet-stream', 415],
  ['nonsense', 415],
  ['*/*', 415],
  ['application/json, text/plain', 415],
])('a body as %s answers %i', async (mediaType, status) => {
  const answer = await call(server.url, 'POST /v1/operations/any/jobs', {
    body: '{}',
    headers: mediaType === null ? {} : { 'content-type': mediaType },
  })
  if (status === 415) expectProblem(answer, 415, 'unsupported-media-type')
  else expect(answer.status, answer.text).toBe(202)
})

test('what does not match the schema is refused, with pointers, before anything is stored', async () => {
  const stored = server.acceptances()
  const wrong: readonly (readonly [unknown, readonly string[]])[] = [
    [{}, ['']],
    [{ month: 7 }, ['/month']],
    [{ month: '2026-11', pages: 0 }, ['/pages']],
    [{ month: '2026-11', pages: 1.5 }, ['/pages']],
    [{ month: '2026-11', pages: '3' }, ['/pages']],
    [{ month: 7, pages: 0 }, ['/month', '/pages']],
    [{ 'month': '2026-11', 'a/b~c': 1 }, ['/a~1b~0c']],
    [[], ['']],
    [null, ['']],
  ]
  for (const [json, pointers] of wrong) {
    const answer = await call(server.url, 'POST /v1/operations/strict/jobs', { json })
    const { errors = [] } = expectProblem(answer, 422, 'validation-failed')
    const found = errors.map(({ pointer }) => pointer)
    expect(found, answer.text).toEqual(expect.arrayContaining([...pointers]))
    expect(errors.every(({ detail }) => detail !== '')).toBe(true)
  }
  expectProblem(await call(server.url, 'POST /v1/operations/strict/jobs'), 422, 'validation-failed')
  expect(server.acceptances()).toBe(stored)
  const job = await submit(server.url, 'strict', { month: '2026-11', pages: 3 })
  expect((await ended(server.url, job.id)).state).toBe('succeeded')
})
