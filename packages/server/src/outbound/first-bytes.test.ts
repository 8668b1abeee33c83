import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { createOutbound } from './outbound.ts'
import { get } from './testing/call.ts'
import { answer, startRawServer } from './testing/raw-server.ts'
import { realClock } from './testing/real-clock.ts'

const head = (...lines: string[]) => [...lines, '', ''].join('\r\n')
const ok = 'HTTP/1.1 200 OK'
const ten = new Uint8Array(10).fill(0x78)
const letter = (count: number) => 'x'.repeat(count)

const keepTen = async (onRequest: (socket: Socket) => void) => {
  await using server = await startRawServer(onRequest)
  await using outbound = createOutbound({ allow: ['127.0.0.1'], clock: realClock })
  const request = get(server.url, { keepAtMost: 10, maxBytes: 1_000, timeoutMs: 2_000 })
  const first = await outbound.call(request)
  const second = await outbound.call(request)
  return { first, second, connections: server.connections }
}

test('of a small answer all is kept', async () => {
  const { first } = await keepTen((socket) => socket.write(answer('200 OK', letter(10))))
  expect(first).toEqual({
    kind: 'answered',
    answer: {
      status: 200,
      headers: [['content-length', '10']],
      body: ten,
    },
  })
})

test('a larger one is read on, and its connection serves again', async () => {
  const { first, connections } = await keepTen((socket) => {
    socket.write(answer('200 OK', letter(900)))
  })
  expect(first).toMatchObject({ answer: { body: ten, truncated: true } })
  // A second one bridges the moment in which the first becomes free.
  expect(connections).toBeLessThanOrEqual(2)
})

test.each<[string, (socket: Socket) => void]>([
  [
    'a giant that says so',
    (socket) => socket.write(head(ok, 'content-length: 9999999999') + letter(10)),
  ],
  [
    'a giant in chunks',
    (socket) => {
      socket.write(head(ok, 'transfer-encoding: chunked'))
      for (let left = 5; left > 0; left -= 1) socket.write(`190\r\n${letter(400)}\r\n`)
    },
  ],
  [
    'one that stops in the middle',
    (socket) => socket.write(head(ok, 'content-length: 99') + letter(20)),
  ],
  [
    'one that breaks in the middle',
    (socket) => socket.end(head(ok, 'content-length: 99') + letter(20)),
  ],
  [
    'one that drips',
    (socket) => {
      socket.write(head(ok, 'transfer-encoding: chunked'))
      const timer = setInterval(() => socket.write('1\r\nx\r\n'), 5)
      socket.on('close', () => clearInterval(timer))
    },
  ],
])('%s is let go of once there is enough', async (_, onRequest) => {
  const { first, second } = await keepTen(onRequest)
  for (const outcome of [first, second])
    expect(outcome).toMatchObject({
      answer: { status: 200, body: ten, truncated: true },
    })
})

test('what breaks before there is enough is a failure', async () => {
  const { first } = await keepTen((socket) => {
    socket.end(head(ok, 'content-length: 99') + letter(9))
  })
  expect(first).toMatchObject({ failure: { reason: 'broken' } })
})
