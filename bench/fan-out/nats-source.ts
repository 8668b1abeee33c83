import { once } from 'node:events'
import { connect } from 'node:net'
import { findOrInstall } from '../../test/servers/install.ts'
import { findFreePort } from '../../test/servers/port.ts'
import { startProgram } from '../../test/servers/process.ts'
import { peerEvent, type Source } from './source.ts'

/** A nats-server with nothing on disk, and one connection that publishes to it. */
export async function startNats(): Promise<Source> {
  const command = await findOrInstall({ binary: 'nats-server', debianPackage: 'nats-server' })
  const port = await findFreePort()
  const server = await startProgram({
    command,
    args: ['--addr', '127.0.0.1', '--port', String(port)],
    cwd: '/',
    ready: /Server is ready/,
    timeoutMs: 10_000,
  })
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  socket.write('CONNECT {"verbose":false,"pedantic":false}\r\n')
  socket.on('data', (chunk: Buffer) => {
    if (chunk.includes('PING\r\n')) socket.write('PONG\r\n')
  })
  let sequence = 0
  return {
    port,
    async send(count) {
      let text = ''
      for (let index = 0; index < count; index += 1) {
        const event = peerEvent((sequence += 1))
        text += `PUB quotes.ACME ${Buffer.byteLength(event)}\r\n${event}\r\n`
      }
      if (!socket.write(text)) await once(socket, 'drain')
    },
    async [Symbol.asyncDispose]() {
      socket.destroy()
      await server[Symbol.asyncDispose]()
    },
  }
}
