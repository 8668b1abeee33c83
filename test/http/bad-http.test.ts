import { problems, type ProblemDocument } from '@buzzer/contract'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from './support/call.ts'
import { createGates } from './support/gates.ts'
import { submit } from './support/job.ts'
import { expectPage, expectWellFormed } from './support/problem.ts'
import { sendRaw, type RawAnswer } from './support/raw.ts'
import { startTestServer, type TestServer } from './support/server.ts'

let server: TestServer
const gates = createGates()

beforeAll(async () => {
  server = await startTestServer({
    operations: { any: operation({ run: () => null }), gated: operation(gates) },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const post = 'POST /v1/operations/any/jobs HTTP/1.1'
const get = 'GET /v1/jobs HTTP/1.1'
const lines = (...all: readonly string[]): string => all.join('\r\n')
const chunked = 'Transfer-Encoding: chunked'
const json = 'Content-Type: application/json'
const flood = Array.from({ length: 400 }, (_, at) => `X-Header-${at}: ${'v'.repeat(50)}`)

// HOST stands for the header that every good request has.
const requests: readonly (readonly [name: string, text: string, codes: readonly string[]])[] = [
  ['not HTTP at all', 'hello\r\n\r\n', ['malformed-body']],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', ['malformed-body']],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', ['malformed-body']],
  ['HTTP/3.7', lines('GET /healthz HTTP/3.7', 'HOST', '', ''), ['malformed-body']],
  [
    'a method of nobody',
    lines('FETCH /v1/jobs HTTP/1.1', 'HOST', '', ''),
    ['malformed-body', 'method-not-allowed'],
  ],
  ['a method in lower case', lines('get /v1/jobs HTTP/1.1', 'HOST', '', ''), ['malformed-body']],
  ['a space in the path', lines('GET /v1/jobs /x HTTP/1.1', 'HOST', '', ''), ['malformed-body']],
  ['NUL in the path', lines('GET /v1/jobs\0 HTTP/1.1', 'HOST', '', ''), ['malformed-body']],
  [
    'bytes beyond ASCII in the path',
    lines('GET /v1/jobs/\xc3\xa9 HTTP/1.1', 'HOST', '', ''),
    ['malformed-body', 'job-not-found'],
  ],
  [
    'CL and TE',
    lines(post, 'HOST', json, 'Content-Length: 4', chunked, '', '0\r\n\r\n'),
    ['malformed-body'],
  ],
  [
    'TE and CL',
    lines(post, 'HOST', json, chunked, 'Content-Length: 4', '', '0\r\n\r\n'),
    ['malformed-body'],
  ],
  [
    'two lengths',
    lines(post, 'HOST', json, 'Content-Length: 2', 'Content-Length: 3', '', '{} '),
    ['malformed-body'],
  ],
  [
    'two lengths in one',
    lines(post, 'HOST', json, 'Content-Length: 2, 2', '', '{}'),
    ['malformed-body'],
  ],
  [
    'a negative length',
    lines(post, 'HOST', json, 'Content-Length: -1', '', ''),
    ['malformed-body'],
  ],
  [
    'a length with a sign',
    lines(post, 'HOST', json, 'Content-Length: +2', '', '{}'),
    ['malformed-body'],
  ],
  [
    'a length in hex',
    lines(post, 'HOST', json, 'Content-Length: 0x2', '', '{}'),
    ['malformed-body'],
  ],
  [
    'a length that overflows',
    lines(post, 'HOST', json, `Content-Length: ${'9'.repeat(30)}`, '', ''),
    ['malformed-body'],
  ],
  [
    'TE of nobody',
    lines(post, 'HOST', json, 'Transfer-Encoding: gzip', '', '{}'),
    ['malformed-body'],
  ],
  [
    'TE of somebody, chunked',
    lines(post, 'HOST', json, 'Transfer-Encoding: gzip, chunked', '', '2', '{}', '0', '', ''),
    ['not-supported'],
  ],
  [
    'chunked twice',
    lines(post, 'HOST', json, 'Transfer-Encoding: chunked, chunked', '', '0\r\n\r\n'),
    ['malformed-body'],
  ],
  [
    'chunked not last',
    lines(post, 'HOST', json, 'Transfer-Encoding: chunked, identity', '', '0\r\n\r\n'),
    ['malformed-body'],
  ],
  [
    'xchunked',
    lines(post, 'HOST', json, 'Transfer-Encoding: xchunked', '', '0\r\n\r\n'),
    ['malformed-body'],
  ],
  [
    'a space before the colon',
    lines(post, 'HOST', json, 'Transfer-Encoding : chunked', '', '0\r\n\r\n'),
    ['malformed-body'],
  ],
  [
    'a chunk size that is none',
    lines(post, 'HOST', json, chunked, '', 'zz\r\n{}\r\n0\r\n\r\n'),
    ['malformed-body'],
  ],
  [
    'a chunk size with a sign',
    lines(post, 'HOST', json, chunked, '', '+2\r\n{}\r\n0\r\n\r\n'),
    ['malformed-body'],
  ],
  [
    'a chunk size that overflows',
    lines(post, 'HOST', json, chunked, '', `${'f'.repeat(20)}\r\n{}`),
    ['malformed-body'],
  ],
  [
    'a chunk longer than its size',
    lines(post, 'HOST', json, chunked, '', '1\r\n{}\r\n0\r\n\r\n'),
    ['malformed-body'],
  ],
  [
    'a flood of chunk extensions',
    lines(post, 'HOST', json, chunked, '', `2;${'x'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`),
    ['malformed-body', 'payload-too-large'],
  ],
  ['a folded header', lines(get, 'HOST', 'X-Folded: a', ' b', '', ''), ['malformed-body']],
  ['NUL in a header', lines(get, 'HOST', 'X-Nul: a\0b', '', ''), ['malformed-body']],
  ['a bare CR in a header', lines(get, 'HOST', 'X-Cr: a\rb', '', ''), ['malformed-body']],
  ['a bare LF ends a header', `${get}\nHOST\n\n`, ['malformed-body']],
  ['a header without a name', lines(get, 'HOST', ': value', '', ''), ['malformed-body']],
  ['a header without a colon', lines(get, 'HOST', 'nonsense', '', ''), ['malformed-body']],
  ['a header name with a space', lines(get, 'HOST', 'X Y: z', '', ''), ['malformed-body']],
  ['no Host', lines(get, 'Connection: close', '', ''), ['invalid-header']],
  [
    'two Hosts',
    lines(get, 'HOST', 'Host: evil.example', 'Connection: close', '', ''),
    ['invalid-header'],
  ],
  [
    'a header of 20 KiB',
    lines(get, 'HOST', `X-Large: ${'v'.repeat(20_000)}`, '', ''),
    ['headers-too-large'],
  ],
  ['a flood of headers', lines(get, 'HOST', ...flood, '', ''), ['headers-too-large']],
  [
    'a path of 20 KiB',
    lines(`GET /${'p'.repeat(20_000)} HTTP/1.1`, 'HOST', '', ''),
    ['headers-too-large'],
  ],
  ['CONNECT', lines('CONNECT evil.example:443 HTTP/1.1', 'HOST', '', ''), ['not-supported']],
  [
    'OPTIONS *',
    lines('OPTIONS * HTTP/1.1', 'HOST', 'Connection: close', '', ''),
    ['route-not-found', 'method-not-allowed', 'malformed-body'],
  ],
  [
    'an upgrade to a WebSocket of another kind',
    lines(
      'GET /v1/ws HTTP/1.1',
      'HOST',
      'Connection: Upgrade, close',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      'Sec-WebSocket-Protocol: chat',
      '',
      '',
    ),
    ['invalid-header'],
  ],
]

test.each(requests)('%s is refused with a problem', async (_, text, codes) => {
  const stored = server.acceptances()
  const host = `Host: 127.0.0.1:${server.port}`
  const answer = await sendRaw(server.port, Buffer.from(text.replace('HOST', host), 'latin1'), {
    quietMs: 1_000,
  })
  const document = problemOf(answer)
  expect(codes, answer.text).toContain(document.code)
  await expectPage(document)
  expect(server.acceptances()).toBe(stored)
  expect((await call(server.url, 'GET /readyz')).status).toBe(200)
})

function problemOf(answer: RawAnswer): ProblemDocument {
  expect(answer.status, answer.text).toBeGreaterThanOrEqual(400)
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/)
  const document = JSON.parse(answer.body) as ProblemDocument
  expect(document.status).toBe(answer.status)
  expectWellFormed(document)
  return document
}

test('what hides behind a body is no request of its own', async () => {
  const stored = server.acceptances()
  const smuggled = lines(
    'POST /v1/operations/any/jobs HTTP/1.1',
    `Host: 127.0.0.1:${server.port}`,
    'Content-Length: 0',
    '',
    '',
  )
  for (const head of [
    lines(post, 'HOST', `Content-Length: ${smuggled.length}`, chunked, '', '0', '', ''),
    lines(post, 'HOST', 'Content-Length: 0', `Content-Length: ${smuggled.length}`, '', ''),
    lines(
      post,
      'HOST',
      'Transfer-Encoding: chunked',
      'Transfer-Encoding: identity',
      '',
      '0',
      '',
      '',
    ),
    lines(post, 'HOST', 'Transfer-Encoding:\x0bchunked', '', '0', '', ''),
  ]) {
    const text = head.replace('HOST', `Host: 127.0.0.1:${server.port}`) + smuggled
    const answer = await sendRaw(server.port, text, { quietMs: 500 })
    expect(problemOf(answer).code, answer.text).toBe('malformed-body')
    expect(answer.text.match(/HTTP\/1\.1 \d/g)).toHaveLength(1)
  }
  expect(server.acceptances()).toBe(stored)
})

test('a body that breaks off is not taken for a whole one', async () => {
  const stored = server.acceptances()
  const host = `Host: 127.0.0.1:${server.port}`
  await sendRaw(server.port, lines(post, host, json, 'Content-Length: 10', '', '{}'), {
    quietMs: 300,
  })
  await sendRaw(server.port, lines(post, host, json, chunked, '', '2\r\n{}\r\n'), { quietMs: 300 })
  expect((await call(server.url, 'GET /readyz')).status).toBe(200)
  expect(server.acceptances()).toBe(stored)
})

test('an expectation that nobody knows is passed over, and 100 is sent where it is asked for', async () => {
  const host = `Host: 127.0.0.1:${server.port}`
  for (const [expectation, first] of [
    ['200-maybe', '202'],
    ['100-continue', '100'],
  ]) {
    const head = lines(
      post,
      host,
      `Expect: ${expectation}`,
      'Connection: close',
      'Content-Length: 0',
      '',
      '',
    )
    const { text } = await sendRaw(server.port, head)
    expect(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1]).toBe(first)
    expect(text).toContain('HTTP/1.1 202')
  }
})

test('what is no HTTP behind a stream ends the stream and does not get into it', async () => {
  const host = `Host: 127.0.0.1:${server.port}`
  const { id } = await submit(server.url, 'any', undefined, { 'buzzer-delay': '1h' })
  const socket = connect({ host: '127.0.0.1', port: server.port })
  socket.write(lines(`GET /v1/jobs/${id}/events HTTP/1.1`, host, '', ''))
  let text = ''
  for await (const chunk of socket.setEncoding('utf8')) {
    text += String(chunk)
    if (text.includes('job.snapshot')) socket.write('nonsense\r\n\r\n')
  }
  expect(text.match(/HTTP\/1\.1 \d/g)).toHaveLength(1)
})

test('what is no HTTP behind a call is not its answer', async () => {
  const host = `Host: 127.0.0.1:${server.port}`
  const head = lines(post.replace('any', 'gated'), host, 'Prefer: wait=30', 'Content-Length: 0')
  const sent = sendRaw(server.port, `${head}\r\n\r\nnonsense\r\n\r\n`)
  const attempt = await gates.next()
  attempt.finish('done')
  const answer = await sent
  expect([answer.status, answer.body]).toEqual([200, '"done"'])
  expect(answer.headers['connection']).toBe('close')
})

test('a tunnel that is asked for behind a call is not refused in its place', async () => {
  const host = `Host: 127.0.0.1:${server.port}`
  const head = lines(post.replace('any', 'gated'), host, 'Prefer: wait=30', 'Content-Length: 0')
  const tunnel = lines('CONNECT elsewhere:443 HTTP/1.1', host, '', '')
  const sent = sendRaw(server.port, `${head}\r\n\r\n${tunnel}`)
  const attempt = await gates.next()
  const answer = await sent
  attempt.finish()
  expect(answer.text).toBe('')
})

test('requests one behind the other are answered in order', async () => {
  const host = `Host: 127.0.0.1:${server.port}`
  const one = lines('GET /healthz HTTP/1.1', host, '', '')
  const last = lines('GET /problems/job-expired HTTP/1.1', host, 'Connection: close', '', '')
  const answer = await sendRaw(
    server.port,
    one + lines('GET /nowhere HTTP/1.1', host, '', '') + last,
  )
  const statuses = [...answer.text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status)
  expect(statuses).toEqual(['200', '404', '200'])
})

test('the pages of all problems are there, alone and together', async () => {
  const list = await call(server.url, 'GET /problems', { headers: { accept: 'application/json' } })
  const listed = list.json<{ problems: readonly { code: string; status: number }[] }>().problems
  expect(Object.fromEntries(listed.map(({ code, status }) => [code, status]))).toEqual(
    Object.fromEntries(Object.entries(problems).map(([code, { status }]) => [code, status])),
  )
  const html = await call(server.url, 'GET /problems')
  expect(html.headers['content-type']).toMatch(/^text\/html/)
  expect(html.text).toContain('rel="icon"') // or the browser asks for one that is not there
  for (const { code } of listed) {
    expect(html.text).toContain(code)
    expect((await call(server.url, `GET /problems/${code}`)).status).toBe(200)
  }
})
