import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { WebSocket as Ws } from 'ws'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { call } from '../http/support/call.ts'
import { expectProblem } from '../http/support/problem.ts'
import { requestText, sendRaw } from '../http/support/raw.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'
import { openSocket, refusal } from './support/socket.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ channels: { 'free.{name}': channel({}) } })
})
afterAll(() => server[Symbol.asyncDispose]())

const paths = ['/v1/ws', '/v1/channels/free.a/ws'] as const

test('a browser by its own WebSocket, without or with a subprotocol', async () => {
  const url = server.url.replace('http', 'ws')
  for (const [protocols, agreed] of [
    [[], ''],
    [['other', 'buzzer.v1'], 'buzzer.v1'],
  ] as const) {
    const socket = new WebSocket(`${url}/v1/ws`, [...protocols])
    await once(socket, 'open')
    expect([socket.protocol, socket.extensions]).toEqual([agreed, ''])
    const answer = once(socket, 'message')
    socket.send('{"type":"ping"}')
    const [{ data }] = (await answer) as [MessageEvent]
    expect(data).toBe('{"type":"pong"}')
    socket.close()
  }
})

test('the subprotocol that a path speaks is chosen, whatever is offered beside it', async () => {
  for (const [path, agreed] of [
    [paths[0], 'buzzer.v1'],
    [paths[1], 'cloudevents.json'],
  ] as const) {
    using socket = await openSocket(server.url, path, ['buzzer.v1', 'cloudevents.json'])
    expect(socket.raw.protocol).toBe(agreed)
  }
})

test('the answer to the handshake is that of RFC 6455', async () => {
  const key = Buffer.alloc(16, 7).toString('base64')
  const headers = ['Upgrade: websocket', 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${key}`]
  const text = requestText(server.port, 'GET /v1/ws', headers).replace('close', 'Upgrade')
  const answer = await sendRaw(server.port, text, { quietMs: 300 })
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
  expect([answer.status, answer.headers['sec-websocket-accept']]).toEqual([
    101,
    accept.digest('base64'),
  ])
})

test.each(paths)('%s refuses with a problem', async (path) => {
  const open = (headers: Record<string, string>, protocols: string[] = []) =>
    refusal(openSocket(server.url, path, protocols, { headers }))
  expectProblem(await open({ origin: 'https://evil.example' }), 403, 'host-not-allowed')
  expectProblem(await open({ host: 'evil.example' }), 403, 'host-not-allowed')
  expectProblem(await open({}, ['graphql-ws', 'x']), 400, 'invalid-header')
  for (const name of ['', 'buzzer.v1,', `${'buzzer.v1, '.repeat(2)}cloudevents.json`, 'a b']) {
    const broken = await open({ 'sec-websocket-protocol': name })
    expectProblem(broken, 400, 'invalid-header')
  }
  const version = await refusal(openSocket(server.url, path, [], { protocolVersion: 8 }))
  expectProblem(version, 426, 'upgrade-required')
  expect(version.headers['sec-websocket-version']).toBe('13')
  using own = await openSocket(server.url, path, [], { headers: { origin: server.url } })
  expect(own.raw.readyState).toBe(Ws.OPEN)
})

test('what is asked for in the query is looked at before it opens', async () => {
  const open = (path: string) => refusal(openSocket(server.url, path, 'cloudevents.json'))
  expectProblem(await open('/v1/channels/nowhere/ws'), 404, 'channel-not-found')
  expectProblem(await open('/v1/channels/free.a/ws?since=x'), 400, 'invalid-parameter')
  expectProblem(await open(`/v1/channels/free.a/ws?as=${'x'.repeat(65)}`), 400, 'invalid-parameter')
  expectProblem(await open('/v1/channels/free.a/ws?ticket=bzt_x'), 401, 'invalid-token')
  expectProblem(await open('/v1/nowhere/ws'), 404, 'route-not-found')
})

test('a request that asks for no WebSocket is told so, and other upgrades are passed over', async () => {
  for (const path of paths) {
    const plain = await call(server.url, `GET ${path}`)
    expectProblem(plain, 426, 'upgrade-required')
    expect(plain.headers['upgrade']).toBe('websocket')
  }
  for (const upgrade of ['h2c', 'websocket', 'TLS/1.0']) {
    const headers = [`Upgrade: ${upgrade}`, 'HTTP2-Settings: AAMAAABk']
    const text = requestText(server.port, 'GET /healthz', headers).replace(
      'close',
      'Upgrade, close',
    )
    const answer = await sendRaw(server.port, text)
    expect([answer.status, answer.body]).toEqual([200, '{"status":"ok"}'])
  }
})

test('a handshake behind an answer that is under way closes, and harms nobody', async () => {
  const slow = requestText(server.port, 'GET /v1/channels/free.a/events').replace(
    'close',
    'keep-alive',
  )
  const key = Buffer.alloc(16).toString('base64')
  const headers = ['Upgrade: websocket', 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${key}`]
  const upgrade = requestText(server.port, 'GET /v1/ws', headers).replace('close', 'Upgrade')
  const { text } = await sendRaw(server.port, slow + upgrade, { quietMs: 2_000 })
  expect(text).not.toContain('101 Switching')
  expect((await call(server.url, 'GET /healthz')).status).toBe(200)
})

test('what came behind the handshake in the same packet is read', async () => {
  const key = Buffer.alloc(16).toString('base64')
  const headers = ['Upgrade: websocket', 'Sec-WebSocket-Version: 13', `Sec-WebSocket-Key: ${key}`]
  const text = requestText(server.port, 'GET /v1/ws', headers).replace('close', 'Upgrade')
  const ping = Buffer.from('{"type":"ping"}')
  const frame = Buffer.concat([Buffer.from([0x81, 0x80 | ping.length, 0, 0, 0, 0]), ping])
  const answer = await sendRaw(server.port, Buffer.concat([Buffer.from(text), frame]), {
    quietMs: 300,
  })
  expect(answer.text).toContain('{"type":"pong"}')
})

test('both are counted', async () => {
  using socket = await openSocket(server.url)
  await socket.ask({ type: 'ping' })
  const { text } = await call(server.url, 'GET /metrics')
  expect(text).toMatch(/buzzer_websockets\{protocol="buzzer.v1"\} [1-9]/)
  expect(text).toMatch(/buzzer_http_requests_total\{route="GET \/v1\/ws",status="1xx"\} [1-9]/)
  expect(text).toMatch(/buzzer_http_requests_total\{route="GET \/v1\/ws",status="4xx"\} [1-9]/)
})
