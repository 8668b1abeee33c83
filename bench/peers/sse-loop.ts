import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { peerEvent } from '../fan-out/source.ts'

// Server-Sent Events as the first version of most: every message is written to every reader.

const readers = new Set<ServerResponse>()
const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write('retry: 3000\n\n')
  readers.add(response)
  response.once('close', () => readers.delete(response))
})
let sequence = 0

process.on('message', ({ count }: { count?: number }) => {
  if (count === undefined)
    return void process.send?.({ memoryMb: process.memoryUsage().rss / 1_048_576 })
  for (let index = 0; index < count; index += 1) {
    sequence += 1
    const text = `id: ${sequence}\nevent: quote\ndata: ${peerEvent(sequence)}\n\n`
    for (const reader of readers) reader.write(text)
  }
  process.send?.({ sequence })
})
process.once('disconnect', () => process.exit())
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port })
})
