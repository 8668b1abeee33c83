import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { raw } from '../../packages/server/src/core/raw.ts'
import { ended, submit } from './support/job.ts'
import { startTestServer } from './support/server.ts'

const shutdownMs = 20_000
const mib = 1_048_576

/** Stays open on this side whatever the other one does, as a client does that never looks. */
function open(port: number): Socket {
  const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true })
  return socket.on('error', () => undefined).resume()
}

const handshake = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
]

const requests: readonly (readonly [name: string, lines: readonly string[]])[] = [
  ['a handshake that was refused', ['GET /v1/channels/none/ws HTTP/1.1', 'HOST', ...handshake]],
  ['a tunnel that was refused', ['CONNECT elsewhere:443 HTTP/1.1', 'HOST']],
  ['what is no HTTP', ['nonsense']],
  ['a request whose connection was to close', ['GET / HTTP/1.1', 'HOST', 'Connection: close']],
]

test.each(requests)('%s keeps no server from stopping', async (_, lines) => {
  const server = await startTestServer({ shutdownMs })
  const socket = open(server.port)
  const text = [...lines, '', ''].join('\r\n')
  socket.write(text.replace('HOST', `Host: 127.0.0.1:${server.port}`))
  await once(socket, 'end')
  const began = performance.now()
  await server[Symbol.asyncDispose]()
  expect(performance.now() - began).toBeLessThan(shutdownMs / 2)
  socket.destroy()
})

test('a connection on which nothing was asked keeps no server from stopping', async () => {
  const server = await startTestServer({ shutdownMs })
  const socket = open(server.port)
  await once(socket, 'connect')
  // By then the server knows of it.
  const later = open(server.port)
  later.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\nConnection: close\r\n\r\n`)
  await once(later, 'end')
  const began = performance.now()
  await server[Symbol.asyncDispose]()
  expect(performance.now() - began).toBeLessThan(shutdownMs / 2)
  socket.destroy()
  later.destroy()
})

test('a connection stays no longer than the answer that was under way on it', async () => {
  const server = await startTestServer({
    shutdownMs,
    operations: {
      any: operation({ run: () => null }),
      large: operation({ run: () => raw(new Uint8Array(24 * mib).fill(97), 'text/plain') }),
    },
  })
  const { id } = await submit(server.url, 'large', null)
  await ended(server.url, id)
  const host = `Host: 127.0.0.1:${server.port}`
  const upload = connect(server.port, '127.0.0.1')
  upload.write(
    `POST /v1/operations/any/jobs HTTP/1.1\r\n${host}\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n`,
  )
  const download = connect(server.port, '127.0.0.1')
  download.write(`GET /v1/jobs/${id}/result HTTP/1.1\r\n${host}\r\n\r\n`)
  await Promise.all([once(upload, 'data'), once(download, 'readable')])
  const began = performance.now()
  const stopped = server[Symbol.asyncDispose]()
  upload.write('{}')
  const [answer] = (await once(upload, 'data')) as [Buffer]
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 202 [^]*\r\nConnection: close\r\n/)
  let bytes = 0
  for await (const chunk of download) bytes += (chunk as Buffer).length
  expect(bytes).toBeGreaterThan(24 * mib)
  await stopped
  expect(performance.now() - began).toBeLessThan(shutdownMs / 2)
})
