import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from './support/call.ts'
import { ended, submit } from './support/job.ts'
import { expectPage, expectProblem, expectWellFormed } from './support/problem.ts'
import { requestText, sendRaw } from './support/raw.ts'
import { startTestServer, type TestServer } from './support/server.ts'

let server: TestServer
let stored = 0

beforeAll(async () => {
  server = await startTestServer({
    operations: {
      any: operation({ run: (input) => input }),
      strict: operation({
        input: {
          type: 'object',
          properties: {
            code: { type: 'string', pattern: '^(a+)+$' },
            list: { type: 'array', uniqueItems: true },
            one: { oneOf: Array.from({ length: 20 }, (_, at) => ({ required: [`m${at}`] })) },
          },
          additionalProperties: false,
        },
        run: () => null,
      }),
    },
    limits: { bodyBytes: 10_000, resultBytes: 1_000_000 },
  })
})
afterAll(() => server[Symbol.asyncDispose]())
beforeEach(() => {
  stored = server.acceptances()
})
// Whatever was sent: nothing is stored and the server is well.
afterEach(async () => {
  expect(server.acceptances()).toBe(stored)
  expect((await call(server.url, 'GET /readyz')).status).toBe(200)
  expect(await server.store.upkeep.audit()).toEqual([])
})

const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`

const malformed: readonly (readonly [name: string, body: string | Uint8Array])[] = [
  ['an open brace', '{'],
  ['half a string', '"a'],
  ['a comma too many', '[1,]'],
  ['single quotes', "{'a':1}"],
  ['a comment', '{} // x'],
  ['two values', '{}{}'],
  ['NaN', 'NaN'],
  ['Infinity', '[Infinity]'],
  ['undefined', 'undefined'],
  ['a lone zero before a digit', '01'],
  ['a control character in a string', '"a\u0001b"'],
  ['a line break in a string', '"a\nb"'],
  ['a bad escape', '"\\x41"'],
  ['only white space', '   '],
  ['a byte order mark', '\uFEFF{}'],
  ['NUL', '\0'],
  ['an HTML page', '<html></html>'],
  ['invalid UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
  ['an overlong slash', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
  ['half a surrogate as UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ['UTF-16', Buffer.from('{}', 'utf16le')],
  ['65 levels', nested(65)],
  ['4,000 levels', nested(4_000)],
  ['9,000 open brackets', '['.repeat(9_000)],
  ['9,000 open braces', '{"a":'.repeat(1_500)],
  ['__proto__', '{"__proto__":{"admin":true}}'],
  ['__proto__ escaped', '{"__pr\\u006fto__":{"admin":true}}'],
  ['__proto__ deep within', '{"a":[{"b":{"__proto__":1}}]}'],
  ['constructor.prototype', '{"constructor":{"prototype":{"admin":true}}}'],
]

test.each(malformed)('%s is 400 malformed-body', async (_, body) => {
  for (const name of ['any', 'strict']) {
    const answer = await call(server.url, `POST /v1/operations/${name}/jobs`, {
      body,
      headers: { 'content-type': 'application/json' },
    })
    await expectPage(expectProblem(answer, 400, 'malformed-body'))
  }
  expect(Object.prototype).not.toHaveProperty('admin')
})

test('a number that JavaScript cannot hold is refused, with or without a schema', async () => {
  for (const name of ['any', 'strict']) {
    const answer = await call(server.url, `POST /v1/operations/${name}/jobs`, {
      body: '{"code":[1,1e400]}',
      headers: { 'content-type': 'application/json' },
    })
    const { errors } = expectProblem(answer, 422, 'validation-failed')
    expect(errors).toMatchObject([{ pointer: '/code/1' }])
  }
})

test.each([
  ['with a Content-Length', {}],
  ['in chunks', { 'transfer-encoding': 'chunked' }],
])('a body beyond the limit %s is 413', async (_, headers) => {
  const answer = await call(server.url, 'POST /v1/operations/any/jobs', {
    body: `"${'x'.repeat(19_998)}"`,
    headers: { 'content-type': 'application/json', ...headers },
  })
  const { detail } = expectProblem(answer, 413, 'payload-too-large')
  expect(detail).toContain('limits.body')
})

test('a body that is announced too large is refused before it is sent', async () => {
  const { port } = server
  const head = ['Content-Type: application/json', 'Content-Length: 99999999999']
  const answer = await sendRaw(port, requestText(port, 'POST /v1/operations/any/jobs', head))
  expect(answer.status).toBe(413)
  expectWellFormed(JSON.parse(answer.body) as Parameters<typeof expectWellFormed>[0])
})

test('hostile values meet patterns and schemas that stay quick', async () => {
  const began = performance.now()
  const bombs: readonly unknown[] = [
    { code: `${'a'.repeat(9_000)}!` },
    { list: Array.from({ length: 1_500 }, (_, at) => [at % 1_499]) },
    { one: Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`m${at}`, 1])) },
    Object.fromEntries(Array.from({ length: 900 }, (_, at) => [`x${at}`, 0])),
  ]
  for (const json of bombs) {
    const answer = await call(server.url, 'POST /v1/operations/strict/jobs', { json })
    const { errors = [] } = expectProblem(answer, 422, 'validation-failed')
    expect(errors.length).toBeGreaterThan(0)
    expect(answer.body.byteLength, 'an answer is bounded').toBeLessThan(50_000)
  }
  expect(performance.now() - began).toBeLessThan(3_000)
})

test.each([
  ['POST /v1/operations/nobody/jobs', 404, 'operation-not-found'],
  ['POST /v1/operations/__proto__/jobs', 404, 'operation-not-found'],
  ['POST /v1/operations/constructor/jobs', 404, 'operation-not-found'],
  ['POST /v1/operations/%00/jobs', 404, 'operation-not-found'],
  ['POST /v1/operations/..%2f..%2fany/jobs', 404, 'operation-not-found'],
  [`POST /v1/operations/${'a'.repeat(1_000)}/jobs`, 404, 'operation-not-found'],
  ['POST /v1/operations//jobs', 404, 'operation-not-found'],
  ['POST /v1/operations/any/jobs/', 404, 'route-not-found'],
  ['POST /V1/operations/any/jobs', 404, 'route-not-found'],
  ['POST /v1/operations/any', 405, 'method-not-allowed'],
  ['GET /v2/jobs', 404, 'route-not-found'],
  ['GET /v1/{id}', 404, 'route-not-found'],
  ['GET /%', 404, 'route-not-found'],
  ['GET /v1/jobs/%E0%A4%A', 404, 'route-not-found'],
  [`GET /${'a/'.repeat(3_000)}`, 404, 'route-not-found'],
  ['GET /problems/__proto__', 404, 'route-not-found'],
  ['GET /problems/nothing', 404, 'route-not-found'],
  ['GET /v1/operations/any/jobs', 405, 'method-not-allowed'],
  ['PUT /v1/jobs', 405, 'method-not-allowed'],
  ['POST /v1/jobs', 405, 'method-not-allowed'],
  ['PATCH /v1/jobs/job_x', 405, 'method-not-allowed'],
  ['GET /v1/jobs/job_x/cancel', 405, 'method-not-allowed'],
  ['POST /healthz', 405, 'method-not-allowed'],
  ['DELETE /metrics', 405, 'method-not-allowed'],
  ['PROPFIND /v1/jobs', 405, 'method-not-allowed'],
  ['TRACE /v1/jobs', 405, 'method-not-allowed'],
  [`GET /v1/jobs/${'a'.repeat(9_000)}`, 404, 'route-not-found'],
  ['POST /v1/leases', 501, 'not-supported'],
  ['GET /openapi.json?version=2.0', 400, 'invalid-parameter'],
])('%s is %i %s', async (route, status, code) => {
  const answer = await call(server.url, route)
  await expectPage(expectProblem(answer, status, code))
  if (status === 405) expect(answer.headers['allow']).toMatch(/^[A-Z]+(?:, [A-Z]+)*$/)
})

test.each([
  ['gzip', 400, 'malformed-body'],
  ['GZIP', 400, 'malformed-body'],
  ['zstd', 400, 'malformed-body'],
  ['foo', 415, 'unsupported-media-type'],
  ['gzip, br', 415, 'unsupported-media-type'],
])(
  'a body that is not encoded as its Content-Encoding %s says is refused',
  async (encoding, status, code) => {
    const answer = await call(server.url, 'POST /v1/operations/any/jobs', {
      headers: { 'content-type': 'application/json', 'content-encoding': encoding },
      body: '{}',
    })
    await expectPage(expectProblem(answer, status, code))
  },
)

test('and it still takes what is good', async () => {
  const { id } = await submit(server.url, 'any', { deep: JSON.parse(nested(60)) as unknown })
  stored += 1
  expect((await ended(server.url, id)).state).toBe('succeeded')
})
