import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { systemClock } from '../../packages/server/src/app/system-clock.ts'
import { call } from '../http/support/call.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'
import { openSocket } from './support/socket.ts'

let server: TestServer
/** By how much the server's clock has jumped, in milliseconds. */
let ahead = 0

beforeAll(async () => {
  server = await startTestServer(
    { channels: { 'free.{name}': channel({}), 'fast.{name}': channel({ ephemeral: true }) } },
    { clock: { ...systemClock, monotonic: () => systemClock.monotonic() + ahead } },
  )
})
afterAll(() => server[Symbol.asyncDispose]())

/** A socket that is open, to send what no library would. */
async function openRaw(): Promise<{ socket: Socket; code: Promise<number> }> {
  const socket = connect(server.port, '127.0.0.1')
  const key = randomBytes(16).toString('base64')
  socket.write(
    `GET /v1/ws HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: Upgrade\r\n` +
      `Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  )
  const [head] = (await once(socket, 'data')) as [Buffer]
  expect(head.toString()).toMatch(/^HTTP\/1\.1 101 /)
  const { promise, resolve } = Promise.withResolvers<number>()
  let tail = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => (tail = Buffer.concat([tail, chunk])))
  socket.on('error', () => undefined)
  // A close frame is the last that comes: its length, and then the code.
  socket.once('close', () => {
    const at = tail.lastIndexOf(0x88)
    resolve(at === -1 ? 1006 : tail.readUInt16BE(at + 2))
  })
  return { socket, code: promise }
}

const masked = (first: number, payload: Buffer | string = ''): Buffer => {
  const body = Buffer.from(payload)
  return Buffer.concat([Buffer.from([first, 0x80 | body.length, 0, 0, 0, 0]), body])
}

const floods: readonly (readonly [string, number, readonly Buffer[]])[] = [
  ['a binary message', 1003, [masked(0x82, 'x')]],
  ['what is no UTF-8', 1007, [masked(0x81, Buffer.from([0xc3, 0x28]))]],
  [
    'a message that is too large',
    1009,
    [Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 0x10, 0, 1, 0, 0, 0, 0])],
  ],
  [
    'one of 2^63 bytes',
    1009,
    [Buffer.from([0x81, 0xff, 0x7f, ...Array<number>(7).fill(255), 0, 0, 0, 0])],
  ],
  ['a frame without a mask', 1002, [Buffer.from([0x81, 0x01, 0x61])]],
  ['reserved bits', 1002, [masked(0xf1, 'x')]],
  ['a continuation of nothing', 1002, [masked(0x80, 'x')]],
  [
    'fragments without end',
    4429,
    [masked(0x01, '{'), ...Array.from({ length: 2_000 }, () => masked(0x00))],
  ],
  ['pings without end', 4429, Array.from({ length: 5_000 }, () => masked(0x89, 'x'))],
  ['pongs without end', 4429, Array.from({ length: 5_000 }, () => masked(0x8a))],
  ['empty messages', 4400, Array.from({ length: 5_000 }, () => masked(0x81))],
]

test.each(floods)('%s closes with %i', async (_, code, frames) => {
  const raw = await openRaw()
  raw.socket.write(Buffer.concat(frames))
  expect(await raw.code).toBe(code)
})

test('a message of 1 MiB is taken, and its answer comes', async () => {
  using socket = await openSocket(server.url)
  const event = { type: 'a', data: 'x'.repeat(200_000) }
  const message = {
    type: 'publish',
    id: 'p',
    channel: 'fast.a',
    events: [event, event, event, event, event],
  }
  expect((await socket.ask(message)).events).toHaveLength(5)
})

test('1,000 subscriptions are carried, and one more is refused', async () => {
  using socket = await openSocket(server.url)
  for (let id = 0; id < 1_001; id += 1) {
    socket.send({ type: 'subscribe', id: `${id}`, channel: `fast.${id % 10}`, credit: 0 })
  }
  const said = []
  for (let id = 0; id < 1_001; id += 1) said.push(await socket.next())
  const refused = said.filter(({ type }) => type === 'error')
  expect(refused.map(({ id, error }) => [id, error?.code])).toEqual([['1000', 'rate-limited']])
  expect(await socket.ask({ type: 'unsubscribe', id: '7' })).toEqual({ type: 'complete', id: '7' })
  expect((await socket.ask({ type: 'subscribe', id: 'x', channel: 'fast.0' })).type).toBe('ack')
})

test('5,000 requests at once are all answered, in the end', async () => {
  using socket = await openSocket(server.url)
  for (let id = 0; id < 5_000; id += 1) {
    const event = { type: 'a', data: id }
    socket.send({ type: 'publish', id: `${id}`, channel: 'free.many', event })
  }
  const offsets = new Set<number>()
  for (let id = 0; id < 5_000; id += 1) {
    offsets.add(Number((await socket.next()).events?.[0]?.sequence))
  }
  expect([offsets.size, Math.min(...offsets), Math.max(...offsets)]).toEqual([5_000, 1, 5_000])
})

test('a reader that takes nothing costs others nothing, and is dropped with what it can resume by', async () => {
  using slow = await openSocket(server.url)
  using other = await openSocket(server.url)
  const subscribe = { type: 'subscribe', id: 's', channel: 'free.slow', since: 0 }
  await slow.ask(subscribe)
  await other.ask(subscribe)
  slow.raw.pause()
  const event = { type: 'a', data: 'x'.repeat(100_000) }
  let got = 0
  // More than the buffers of both sides of a connection hold.
  for (let round = 0; round < 100; round += 1) {
    const answer = await call(server.url, 'POST /v1/channels/free.slow/events', { json: event })
    expect(answer.status).toBe(202)
    if ((await other.next()).type === 'event') got += 1
  }
  expect(got).toBe(100)
  ahead = 15_000
  for (let dropped = '0'; dropped === '0';) {
    const { text } = await call(server.url, 'GET /metrics')
    dropped = /buzzer_slow_readers_dropped_total (\d+)/.exec(text)?.[1] ?? '0'
  }
  // It reads again, and finds out why.
  slow.raw.resume()
  expect((await slow.closed).code).toBe(1013)
})

test('who answers no ping is closed, and who does stays', async () => {
  using deaf = await openSocket(server.url, '/v1/ws', 'buzzer.v1', { autoPong: false })
  using other = await openSocket(server.url)
  for (let ping = 0; ping < 2; ping += 1) {
    ahead += 15_000
    await once(deaf.raw, 'ping')
  }
  await other.ask({ type: 'ping' })
  ahead += 15_000
  expect((await deaf.closed).code).toBe(4408)
  expect((await other.ask({ type: 'ping' })).type).toBe('pong')
})

test('a shutdown closes with 1001, and waits for nobody', async () => {
  await using stopping = await startTestServer({ channels: { a: channel({}) } })
  using socket = await openSocket(stopping.url)
  using deaf = await openSocket(stopping.url)
  deaf.raw.pause()
  await socket.ask({ type: 'subscribe', id: 's', channel: 'a' })
  const began = performance.now()
  await stopping[Symbol.asyncDispose]()
  expect((await socket.closed).code).toBe(1001)
  expect(performance.now() - began).toBeLessThan(5_000)
})
