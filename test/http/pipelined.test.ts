import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { raw } from '../../packages/server/src/core/raw.ts'
import { call } from './support/call.ts'
import { ended, submit } from './support/job.ts'
import { startTestServer } from './support/server.ts'

const mib = 1_048_576
const pieces = 24

/** More than the buffers between two sockets hold. */
async function* large(): AsyncGenerator<Uint8Array> {
  for (let piece = 0; piece < pieces; piece += 1) yield new Uint8Array(mib).fill(97)
}

test('what was sent behind an answer that nobody takes is not begun before it is taken', async () => {
  await using server = await startTestServer({
    operations: {
      large: operation({ run: () => raw(large(), 'text/plain') }),
      none: operation({ run: () => null }),
    },
  })
  const { id } = await submit(server.url, 'large', null)
  await ended(server.url, id)
  const host = `Host: 127.0.0.1:${server.port}`
  const read = `GET /v1/jobs/${id}/result HTTP/1.1\r\n${host}\r\n\r\n`
  const create = `POST /v1/operations/none/jobs HTTP/1.1\r\n${host}\r\nContent-Length: 0\r\n\r\n`
  const socket = connect(server.port, '127.0.0.1')
  socket.write(read + create.repeat(3))
  await once(socket, 'readable')
  // The server has read them all; a call of somebody else is answered meanwhile.
  await call(server.url, 'POST /v1/operations/none/jobs', {})
  expect(server.acceptances()).toBe(2)
  let text = ''
  for await (const chunk of socket) {
    text = (text + String(chunk)).slice(-20_000)
    if (text.match(/HTTP\/1\.1 202/g)?.length === 3) break
  }
  expect(server.acceptances()).toBe(5)
})

test('a connection that ends first takes what waits on it along', async () => {
  await using server = await startTestServer({
    operations: { slow: operation({ run: () => new Promise(() => {}) }) },
    shutdownMs: 100,
  })
  const host = `Host: 127.0.0.1:${server.port}`
  const line = (wait: string) =>
    `POST /v1/operations/slow/jobs HTTP/1.1\r\n${host}\r\n${wait}Content-Length: 0\r\n\r\n`
  const socket = connect(server.port, '127.0.0.1')
  socket.write(line('Prefer: wait=30\r\n') + line('').repeat(5))
  await expect.poll(() => server.acceptances()).toBe(1)
  socket.destroy()
  await once(socket, 'close')
  const { id } = await submit(server.url, 'slow', null)
  expect((await call(server.url, `GET /v1/jobs/${id}`, {})).status).toBe(200)
  expect(server.acceptances()).toBe(2)
})
