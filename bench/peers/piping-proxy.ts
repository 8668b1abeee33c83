import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The least that passes an answer on: one that pipes, and keeps nothing. */

const upstream = process.env['BENCH_UPSTREAM_URL'] ?? ''
let mostBytes = 0
setInterval(() => (mostBytes = Math.max(mostBytes, process.memoryUsage.rss())), 10)

const server = createServer((incoming, response) => {
  const outgoing = request(
    upstream + (incoming.url ?? ''),
    { method: incoming.method },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    },
  )
  outgoing.on('error', () => response.destroy())
  incoming.pipe(outgoing)
})

// Asked for its memory, it tells the most since it was asked last, and begins anew.
process.on('message', () => {
  process.send?.(mostBytes / 1_048_576)
  mostBytes = process.memoryUsage.rss()
})
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.once('disconnect', () => process.exit())
