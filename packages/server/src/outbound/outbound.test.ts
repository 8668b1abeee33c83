import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import type { OutboundRequest } from '../ports/outbound.ts'
import { createOutbound, type OutboundOptions } from './outbound.ts'
import { get } from './testing/call.ts'
import { answer, startRawServer } from './testing/raw-server.ts'
import { realClock } from './testing/real-clock.ts'

const open = (options: Partial<OutboundOptions> = {}) =>
  createOutbound({ allow: ['127.0.0.1'], clock: realClock, ...options })

const call = async (
  onRequest: (socket: Socket) => void,
  changes: Partial<OutboundRequest> = {},
  options: Partial<OutboundOptions> = {},
) => {
  await using server = await startRawServer(onRequest)
  await using outbound = open(options)
  const outcome = await outbound.call(get(`${server.url}/`, changes))
  return { outcome, received: server.received, connections: server.connections }
}

const reply = (text: string) => (socket: Socket) => {
  socket.write(text, 'latin1')
}
const head = (...lines: string[]) => [...lines, '', ''].join('\r\n')

describe('an answer', () => {
  test('comes with status, headers in order and the bytes as they are', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index))
    const { outcome } = await call((socket) => {
      socket.write(
        head(
          'HTTP/1.1 418 Odd',
          'X-B: 2',
          'Set-Cookie: a',
          'Set-Cookie: b',
          'X-A: ä',
          'content-length: 256',
        ),
        'latin1',
      )
      socket.write(bytes)
    })
    expect(outcome).toEqual({
      kind: 'answered',
      answer: {
        status: 418,
        headers: [
          ['x-b', '2'],
          ['set-cookie', 'a'],
          ['set-cookie', 'b'],
          ['x-a', 'ä'],
          ['content-length', '256'],
        ],
        body: new Uint8Array(bytes),
      },
    })
  })

  test('is not decoded, and nothing asks for an encoding', async () => {
    const { outcome, received } = await call(
      reply(answer('200 OK', 'as it is', ['content-encoding: gzip'])),
    )
    expect(outcome).toMatchObject({ kind: 'answered', answer: { status: 200 } })
    expect(received.toLowerCase()).not.toContain('accept-encoding')
  })

  test.each(['301 Moved', '302 Found', '303 See Other', '307 Temporary', '308 Permanent'])(
    'of %s is not followed',
    async (status) => {
      const { outcome, connections } = await call(
        reply(answer(status, '', ['location: http://127.0.0.1:1/'])),
      )
      expect(outcome).toMatchObject({
        kind: 'answered',
        answer: { status: Number(status.slice(0, 3)) },
      })
      expect(connections).toBe(1)
    },
  )

  test('may follow informational ones', async () => {
    const early = head('HTTP/1.1 103 Early Hints', 'link: x')
    const { outcome } = await call(reply(early + answer('200 OK', 'ok')))
    expect(outcome).toMatchObject({ answer: { status: 200, body: new TextEncoder().encode('ok') } })
  })

  test.each([
    ['GET', '17'],
    ['GET', '99999999'],
    ['HEAD', '17'],
    ['HEAD', '99999999'],
  ])('of 304 to %s may name the length %s of what it does not send', async (method, length) => {
    const lines = ['HTTP/1.1 304 Not Modified', `content-length: ${length}`, 'etag: "v1"']
    const { outcome, connections } = await call(reply(head(...lines)), { method })
    expect(outcome).toEqual({
      kind: 'answered',
      answer: {
        status: 304,
        headers: [
          ['content-length', length],
          ['etag', '"v1"'],
        ],
        body: new Uint8Array(),
      },
    })
    expect(connections).toBe(1)
  })

  test('that ends with its connection is whole', async () => {
    const { outcome } = await call((socket) => socket.end(`${head('HTTP/1.0 200 OK')}all of it`))
    expect(outcome).toMatchObject({ answer: { body: new TextEncoder().encode('all of it') } })
  })
})

describe('a request', () => {
  test('passes path and query on as they were written', async () => {
    const path = "/a/../b/%2e%2e//c;x='1'?q=%7e|\\\"<>&z={1}&empty="
    await using server = await startRawServer(reply(answer('200 OK')))
    await using outbound = open()
    await outbound.call(get(`${server.url}${path}#fragment`))
    await outbound.call(get(`${server.url}?only=query`))
    await outbound.call(get(`${server.url}/ü?ü`))
    const lines = server.received.split('\r\n').filter((line) => line.startsWith('GET'))
    expect(lines).toEqual([
      `GET ${path} HTTP/1.1`,
      'GET /?only=query HTTP/1.1',
      'GET /%C3%BC?%C3%BC HTTP/1.1',
    ])
    // Connections are kept; a second one bridges the moment in which the first becomes free.
    expect(server.connections).toBeLessThanOrEqual(2)
  })

  test('leaves out what belongs to the connection, and writes its own host and length', async () => {
    const { received } = await call(reply(answer('200 OK')), {
      method: 'POST',
      body: new TextEncoder().encode('12345'),
      headers: [
        ['host', 'evil.example'],
        ['content-length', '1'],
        ['transfer-encoding', 'chunked'],
        ['connection', 'keep-alive, X-Named'],
        ['x-named', 'gone'],
        ['te', 'trailers'],
        ['trailer', 'x'],
        ['upgrade', 'h2c'],
        ['keep-alive', 'timeout=5'],
        ['proxy-authorization', 'secret'],
        ['proxy-connection', 'close'],
        ['expect', '100-continue'],
        ['x-kept', 'yes'],
        ['x-kept', 'twice'],
      ],
    })
    const [sentHead = '', body] = received.split('\r\n\r\n')
    const lines = sentHead.toLowerCase().split('\r\n').slice(1)
    expect(lines.toSorted()).toEqual([
      'connection: keep-alive',
      'content-length: 5',
      expect.stringMatching(/^host: 127\.0\.0\.1:\d+$/),
      'x-kept: twice',
      'x-kept: yes',
    ])
    expect(body).toBe('12345')
  })

  test.each([
    ['x', 'a\r\nx-injected: 1'],
    ['x', 'a\nb'],
    ['x', 'a\rb'],
    ['x', 'a\u0000b'],
    ['x', 'a\u0007b'],
    ['x', 'a\u010d\u010ab'],
    ['x\r\nx-injected', '1'],
    ['x y', '1'],
    ['', '1'],
    ['x:', '1'],
  ])('with the header %j: %j is not sent', async (name, value) => {
    const { outcome, connections } = await call(reply(answer('200 OK')), {
      headers: [[name, value]],
    })
    expect(outcome).toMatchObject({ failure: { reason: 'rejected', sent: false } })
    expect(connections).toBe(0)
  })

  test.each(['CONNECT', 'TRACE', 'GET /x HTTP/1.1\r\n\r\nGET', '', 'get'])(
    'with the method %j is not sent',
    async (method) => {
      const { outcome, connections } = await call(reply(answer('200 OK')), { method })
      expect(outcome).toMatchObject({ failure: { reason: 'rejected', sent: false } })
      expect(connections).toBe(0)
    },
  )
})

describe('a failure', () => {
  const nothing = () => {}
  const drip = (socket: Socket) => {
    socket.write(head('HTTP/1.1 200 OK', 'content-length: 60000'))
    const timer = setInterval(() => socket.write('x'), 5)
    socket.on('close', () => clearInterval(timer))
  }
  const cases: Readonly<
    Record<
      string,
      [
        onRequest: (socket: Socket) => void,
        changes: Partial<OutboundRequest>,
        options: Partial<OutboundOptions>,
        failure: object,
      ]
    >
  > = {
    'no head in time': [nothing, { timeoutMs: 60 }, {}, { reason: 'timeout', sent: true }],
    'no head within its own limit': [
      nothing,
      {},
      { headersTimeoutMs: 60 },
      { reason: 'timeout', sent: true },
    ],
    'no body in time': [
      reply(head('HTTP/1.1 200 OK', 'content-length: 9')),
      { timeoutMs: 60 },
      { headersTimeoutMs: 30 },
      { reason: 'timeout', sent: true },
    ],
    'a dripping body': [drip, { timeoutMs: 150 }, {}, { reason: 'timeout', sent: true }],
    'an announced giant': [
      reply(head('HTTP/1.1 200 OK', 'content-length: 999999999999')),
      {},
      {},
      { reason: 'too-large', detail: 'The answer is larger than 64 KiB.', sent: true },
    ],
    'a giant in chunks': [
      (socket) => {
        socket.write(head('HTTP/1.1 200 OK', 'transfer-encoding: chunked'))
        for (let left = 20; left > 0; left -= 1) socket.write(`1000\r\n${'x'.repeat(4096)}\r\n`)
      },
      {},
      {},
      { reason: 'too-large', sent: true },
    ],
    'a giant that ends with its connection': [
      (socket) => socket.end(`${head('HTTP/1.1 200 OK')}${'x'.repeat(80_000)}`),
      {},
      {},
      { reason: 'too-large', sent: true },
    ],
    'a giant that comes in one piece and closes': [
      (socket) => {
        const start = head('HTTP/1.1 200 OK', 'connection: close', 'transfer-encoding: chunked')
        socket.write(`${start}1000\r\n${'x'.repeat(4096)}\r\n0\r\n\r\n`)
      },
      { maxBytes: 4_000 },
      {},
      { reason: 'too-large', sent: true },
    ],
    'a giant head': [
      reply(head('HTTP/1.1 200 OK', ...Array<string>(90).fill(`x: ${'x'.repeat(1_000)}`))),
      {},
      {},
      { reason: 'too-large', sent: true },
    ],
    'a reset': [(socket) => socket.resetAndDestroy(), {}, {}, { reason: 'broken', sent: true }],
    'a reset in the body': [
      (socket) => {
        socket.write(head('HTTP/1.1 200 OK', 'content-length: 9'))
        setImmediate(() => socket.resetAndDestroy())
      },
      {},
      {},
      { reason: 'broken', sent: true },
    ],
    'a reset of what ends with its connection': [
      (socket) => {
        socket.write(`${head('HTTP/1.1 200 OK', 'connection: close')}half of`)
        setTimeout(() => socket.resetAndDestroy(), 20)
      },
      {},
      {},
      { reason: 'broken', sent: true },
    ],
    'a half close': [(socket) => socket.end(), {}, {}, { reason: 'broken', sent: true }],
    'too few bytes': [
      (socket) => socket.end(head('HTTP/1.1 200 OK', 'content-length: 9')),
      {},
      {},
      { reason: 'broken', sent: true },
    ],
    'two lengths': [
      reply(`${head('HTTP/1.1 200 OK', 'content-length: 1', 'content-length: 2')}xx`),
      {},
      {},
      { reason: 'broken', sent: true },
    ],
    'no HTTP': [reply('220 mail.example ESMTP\r\n'), {}, {}, { reason: 'broken', sent: true }],
    'an upgrade': [
      reply(head('HTTP/1.1 101 Switching Protocols', 'connection: upgrade', 'upgrade: x')),
      {},
      {},
      { reason: 'broken', sent: true },
    ],
  }

  test.each(Object.entries(cases))('%s', async (_, [onRequest, changes, options, failure]) => {
    const { outcome } = await call(onRequest, changes, options)
    expect(outcome).toMatchObject({ kind: 'failed', failure })
  })

  test('nobody listens', async () => {
    const server = await startRawServer(nothing)
    await server[Symbol.asyncDispose]()
    await using outbound = open()
    const outcome = await outbound.call(get(server.url, { method: 'POST' }))
    expect(outcome).toMatchObject({ failure: { reason: 'unreachable', sent: false } })
  })

  test('the name does not resolve, or not in time', async () => {
    await using unknown = open({ resolve: () => Promise.reject(new Error('ENOTFOUND')) })
    expect(await unknown.call(get('http://unknown.example/'))).toMatchObject({
      failure: { reason: 'unreachable', sent: false },
    })
    await using hanging = open({ resolve: () => new Promise(() => {}), connectTimeoutMs: 20 })
    expect(await hanging.call(get('http://slow.example/'))).toMatchObject({
      failure: { reason: 'timeout', sent: false },
    })
  })

  test('the handshake hangs', async () => {
    await using server = await startRawServer(nothing)
    await using outbound = open({ connectTimeoutMs: 60 })
    const outcome = await outbound.call(get(server.url.replace('http:', 'https:')))
    expect(outcome).toMatchObject({ failure: { reason: 'timeout', sent: false } })
    expect(server.connections).toBe(1)
  })

  test('it was closed', async () => {
    const outbound = open()
    await outbound[Symbol.asyncDispose]()
    expect(await outbound.call(get('http://127.0.0.1:1/'))).toMatchObject({
      failure: { reason: 'unreachable', sent: false },
    })
  })
})

describe('calling off', () => {
  test('before the start sends nothing', async () => {
    const { outcome, connections } = await call(reply(answer('200 OK')), {
      signal: AbortSignal.abort(),
    })
    expect(outcome).toMatchObject({ failure: { reason: 'aborted', sent: false } })
    expect(connections).toBe(0)
  })

  test('in the moment of its start sends nothing', async () => {
    await using server = await startRawServer(reply(answer('200 OK')))
    await using outbound = open()
    const stop = new AbortController()
    const calling = outbound.call(get(server.url, { signal: stop.signal }))
    stop.abort()
    expect(await calling).toMatchObject({ failure: { reason: 'aborted', sent: false } })
    expect(server.received).toBe('')
  })

  test('while it connects sends nothing, ever', async () => {
    await using server = await startRawServer(reply(answer('200 OK')))
    const stop = new AbortController()
    const asked = Promise.withResolvers<void>()
    const resolving = Promise.withResolvers<readonly string[]>()
    await using outbound = open({
      resolve: () => {
        asked.resolve()
        return resolving.promise
      },
    })
    const calling = outbound.call(get(`http://a.example:${server.port}/`, { signal: stop.signal }))
    await asked.promise
    stop.abort()
    expect(await calling).toMatchObject({ failure: { reason: 'aborted', sent: false } })
    resolving.resolve(['127.0.0.1'])
    // The next call takes the same connection, so the first would have been seen before it.
    await outbound.call(get(`http://a.example:${server.port}/second`))
    expect(server.received.match(/^GET .*$/gm)).toEqual(['GET /second HTTP/1.1'])
  })

  test('while the other side works says that it was sent', async () => {
    const stop = new AbortController()
    const { outcome } = await call(() => stop.abort(), { signal: stop.signal })
    expect(outcome).toMatchObject({ failure: { reason: 'aborted', sent: true } })
  })
})

describe('many calls to one origin', () => {
  test('share its connections, wait within bounds, and leave when called off', async () => {
    const held: Socket[] = []
    const { promise: both, resolve: bothCame } = Promise.withResolvers<void>()
    await using server = await startRawServer((socket) => {
      held.push(socket)
      if (held.length === 2) bothCame()
      if (held.length > 2) socket.write(answer('200 OK'))
    })
    await using outbound = open({ connections: 2, maxWaiting: 3 })
    const stop = new AbortController()
    const running = [outbound.call(get(server.url)), outbound.call(get(server.url))]
    await both
    const waiting = outbound.call(get(server.url))
    const late = outbound.call(get(server.url, { timeoutMs: 20 }))
    const calledOff = outbound.call(get(server.url, { signal: stop.signal }))
    expect(await outbound.call(get(server.url))).toMatchObject({
      failure: { reason: 'unreachable', sent: false },
    })
    stop.abort()
    expect(await calledOff).toMatchObject({ failure: { reason: 'aborted', sent: false } })
    expect(await late).toMatchObject({ failure: { reason: 'timeout', sent: false } })
    for (const socket of held.slice(0, 2)) socket.write(answer('200 OK'))
    const outcomes = await Promise.all([...running, waiting])
    expect(outcomes.map(({ kind }) => kind)).toEqual(['answered', 'answered', 'answered'])
    expect(server.connections).toBe(2)
  })
})
