import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { expect, it, vi } from 'vitest'
import type { SendContext } from '../context.ts'
import { createOpenStreams } from './open-streams.ts'
import { stream } from './stream.ts'

it('begins nothing for a reader who has left before', async () => {
  const left = Promise.withResolvers<ServerResponse>()
  await using server = createServer((_, response) => {
    response.once('close', () => left.resolve(response))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await once(server, 'request')
  socket.destroy()
  const response = await left.promise

  const chunks = vi.fn<() => AsyncGenerator<string>>()
  const clock = { now: () => 0, monotonic: () => 0, after: () => () => {} }
  const stopping = new AbortController().signal
  const streams = createOpenStreams(clock, stopping)
  const ctx = { stopping, clock, streams } as unknown as SendContext
  await stream(ctx, response, { kind: 'stream', headers: {}, chunks })
  expect(chunks).not.toHaveBeenCalled()
})
