import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A reader of which only the sequences are looked at; hundreds of them fit into one process. */
export interface Reader {
  /** The last sequence that came; -1 after one that did not follow on the last. */
  readonly last: number
  /** How late events were, in milliseconds, since this was asked for last. */
  takeLatencies(): readonly number[]
  /** Takes nothing any more, but stays connected. */
  stall(): void
  close(): void
}

export type Protocol = 'sse' | 'websocket'

const sequenceMark = Buffer.from('"sequence":"')
const timeMark = Buffer.from('"at":')
const sequenceDigits = 16
const timeDigits = 13
/** What of a chunk may be the beginning of the next event. */
const tailBytes = 600

/** @param since exclusive */
export async function openReader(url: string, protocol: Protocol, since: number): Promise<Reader> {
  const { port } = new URL(url)
  const socket = connect({ port: Number(port), host: '127.0.0.1' })
  await once(socket, 'connect')
  socket.write(opening(protocol, port, since))
  return follow(socket, since)
}

function opening(protocol: Protocol, port: string, since: number): string {
  const host = `Host: 127.0.0.1:${port}`
  if (protocol === 'sse') {
    return `GET /v1/channels/ticks/events?since=${since} HTTP/1.1\r\n${host}\r\nAccept: text/event-stream\r\n\r\n`
  }
  return [
    `GET /v1/channels/ticks/ws?since=${since} HTTP/1.1`,
    host,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: cloudevents.json',
    '\r\n',
  ].join('\r\n')
}

function follow(socket: Socket, since: number): Reader {
  let last = since
  let latencies: number[] = []
  let rest: Buffer = Buffer.alloc(0)
  socket.on('error', () => {})
  socket.on('data', (chunk: Buffer) => {
    answerPing(socket, chunk)
    const text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let end = 0
    for (;;) {
      const at = text.indexOf(sequenceMark, end)
      const start = at + sequenceMark.length
      if (at === -1 || start + sequenceDigits > text.length) break
      const sequence = Number(text.toString('latin1', start, start + sequenceDigits))
      last = last !== -1 && sequence === last + 1 ? sequence : -1
      const time = text.lastIndexOf(timeMark, at)
      latencies.push(Date.now() - Number(text.toString('latin1', time + 5, time + 5 + timeDigits)))
      end = start + sequenceDigits
    }
    rest = text.subarray(Math.max(end, text.length - tailBytes))
  })
  return {
    get last() {
      return last
    },
    takeLatencies() {
      const taken = latencies
      latencies = []
      return taken
    },
    stall: () => void socket.pause(),
    close: () => socket.destroy(),
  }
}

/** A ping without a payload, as the server sends it when nothing else is there (RFC 6455, 5.5.2). */
function answerPing(socket: Socket, chunk: Buffer): void {
  if (chunk.length < 16 && chunk[0] === 0x89) socket.write(Buffer.from([0x8a, 0x80, 0, 0, 0, 0]))
}
