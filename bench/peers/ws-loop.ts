import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { peerEvent } from '../fan-out/source.ts'

// WebSockets as the first version of most: every message is sent to every reader.

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
let sequence = 0

process.on('message', ({ count }: { count?: number }) => {
  if (count === undefined)
    return void process.send?.({ memoryMb: process.memoryUsage().rss / 1_048_576 })
  for (let index = 0; index < count; index += 1) {
    sequence += 1
    const text = `{"type":"event","id":"1","event":${peerEvent(sequence)}}`
    for (const reader of server.clients) reader.send(text)
  }
  process.send?.({ sequence })
})
process.once('disconnect', () => process.exit())
server.once('listening', () => {
  process.send?.({ port: (server.address() as AddressInfo).port })
})
