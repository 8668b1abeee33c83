import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type RequestListener } from 'node:http'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { dropStalled } from './connection.ts'

const stalledMs = 50

async function open(listener: RequestListener) {
  const server = createServer(listener)
  server.keepAliveTimeout = 20
  dropStalled(server, stalledMs)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Sends a request and reads nothing. */
function ask(port: number): Socket {
  const socket = connect(port, '127.0.0.1').pause()
  socket.on('error', () => undefined)
  socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  return socket
}

test('drops who does not take what is there', async () => {
  const dropped = Promise.withResolvers<boolean>()
  await using server = await open((_, response) => {
    response.once('close', () => dropped.resolve(response.writableFinished))
    response.end(Buffer.alloc(64_000_000))
  })
  const reader = ask(server.port)
  expect(await dropped.promise).toBe(false)
  reader.destroy()
})

test('waits for an answer that takes its time, and ends a connection that is only kept', async () => {
  await using server = await open((_, response) => {
    setTimeout(() => response.end('late'), 4 * stalledMs)
  })
  const sent = request({ port: server.port, host: '127.0.0.1' }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  response.resume()
  await once(response.socket, 'close')
  expect(response.complete).toBe(true)
})
