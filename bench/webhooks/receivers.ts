import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Reading } from '../fan-out/readers.ts'
import { hangingPath } from './hanging-path.ts'

// Whoever gets the webhooks: counts what arrives, answers 204 at once and looks at nothing else, so
// that it is sending that is measured. Some never answer; they are not counted. They share the port
// of the sound ones, as receivers behind one gateway do, or have one of their own.

/** A delivery as it arrived, for a peer to send the very same. */
export interface Arrival {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const timeMark = Buffer.from('"at":')
const timeDigits = 13
let delivered = 0
let latencies: number[] = []
/** Where the next arrival is to be shown. */
let show: ((arrival: Arrival) => void) | null = null

function receive(request: IncomingMessage, response: ServerResponse): void {
  if (request.url?.startsWith(hangingPath) === true) return void request.resume()
  const now = performance.timeOrigin + performance.now()
  request.on('data', (chunk: Buffer) => {
    const from = chunk.indexOf(timeMark) + timeMark.length
    latencies.push(now - Number(chunk.toString('latin1', from, from + timeDigits)))
    if (show === null) return
    show({ headers: request.headers as Record<string, string>, body: chunk.toString() })
    show = null
  })
  request.once('end', () => {
    delivered += 1
    response.writeHead(204)
    response.end()
  })
}

function answer({ arrival }: { arrival?: true }): void {
  if (arrival === true) {
    show = (seen) => process.send?.(seen)
    return
  }
  const reading: Reading = { ready: 1, delivered, slowest: delivered, latenciesMs: latencies }
  latencies = []
  process.send?.(reading)
}

const listen = (): Promise<number> => {
  const { promise, resolve } = Promise.withResolvers<number>()
  // Connections are the sender's to close; one that ends just then would be a failure of neither.
  const server = createServer({ keepAliveTimeout: 0 }, receive)
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
    resolve((server.address() as AddressInfo).port)
  })
  return promise
}

process.on('message', answer)
process.once('disconnect', () => process.exit())
process.send?.({ port: await listen(), otherPort: await listen() })
