import { connect } from 'node:net'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { raw } from '../../packages/server/src/core/raw.ts'
import { call } from './support/call.ts'
import { startTestServer } from './support/server.ts'

const pieces = 256

/** More than the buffers between two sockets hold. */
async function* large(): AsyncGenerator<Uint8Array> {
  for (let piece = 0; piece < pieces; piece += 1) yield new Uint8Array(65_536).fill(97)
}

test('a reader that takes nothing does not hold up a shutdown', { timeout: 30_000 }, async () => {
  const run = () => raw(large(), 'text/plain')
  const server = await startTestServer({
    operations: { large: operation({ run }) },
    shutdownMs: 500,
  })
  const jobs = [{ operation: 'large' }, { operation: 'large' }]
  const accepted = await call(server.url, 'POST /v1/batches', { json: { jobs } })
  const { id } = accepted.json<{ id: string }>()
  await call(server.url, `GET /v1/batches/${id}`, { headers: { prefer: 'wait=20' } })
  const reader = connect(server.port, '127.0.0.1')
  reader.on('error', () => {})
  reader.write(`GET /v1/batches/${id}/results HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`)
  await once(reader, 'readable')
  const began = performance.now()
  await server[Symbol.asyncDispose]()
  expect(performance.now() - began).toBeLessThan(4_000)
  reader.destroy()
})
