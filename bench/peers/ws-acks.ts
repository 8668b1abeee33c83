import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'

// WebSockets as the first version of most: each message is parsed and answered, and nothing is kept.

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
let sequence = 0

server.on('connection', (socket) => {
  socket.on('message', (bytes: Buffer) => {
    const { id, event, events = [event] } = JSON.parse(bytes.toString()) as Publish
    const places = events.map(() => {
      sequence += 1
      return { id: `evt_${sequence}`, sequence: String(sequence).padStart(16, '0') }
    })
    socket.send(JSON.stringify({ type: 'ack', id, events: places }))
  })
})
process.once('disconnect', () => process.exit())
server.once('listening', () => {
  process.send?.({ port: (server.address() as AddressInfo).port })
})

interface Publish {
  readonly id: string
  readonly event?: unknown
  readonly events?: readonly unknown[]
}
