import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'

/** Messages on one WebSocket, many under way at a time. */
export interface PipelinePlan {
  readonly port: number
  readonly path: string
  readonly protocol: string
  /** Sent over and over. */
  readonly message: string
  /** How every answer to it begins. */
  readonly expect: string
  /** How many are unanswered at a time. */
  readonly window: number
  readonly warmUpMs: number
  readonly measuredMs: number
}

export interface Pipelined {
  readonly perSecond: number
}

const stallMs = 15_000

/**
 * Keeps a window of messages under way on one socket. Frames are made beforehand and answers only
 * counted, so that it costs little of the cores that it shares with the server.
 *
 * @throws where an answer is another one, or none comes
 */
export async function generatePipeline(plan: PipelinePlan): Promise<Pipelined> {
  const { port, window, warmUpMs, measuredMs } = plan
  const frame = maskedText(plan.message)
  const frames = Buffer.concat(Array.from({ length: window }, () => frame))
  const counter = createFrameCounter(Buffer.from(plan.expect))
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  await shakeHands(socket, plan)
  const from = performance.now() + warmUpMs
  const until = from + measuredMs
  let answers = 0
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.setTimeout(stallMs, () => reject(new Error('The socket stands still.')))
  socket.once('error', reject)
  socket.once('close', () => reject(new Error('The socket was closed.')))
  socket.on('data', (bytes) => {
    const now = performance.now()
    const count = counter.count(bytes)
    if (count === null)
      return reject(new Error(`Another answer: ${bytes.toString('latin1', 0, 200)}`))
    if (now >= from && now < until) answers += count
    if (now >= until) return resolve()
    socket.write(frames.subarray(0, count * frame.length))
  })
  socket.write(frames)
  try {
    await promise
  } finally {
    socket.destroy()
  }
  return { perSecond: answers / (measuredMs / 1_000) }
}

async function shakeHands(socket: Socket, { port, path, protocol }: PipelinePlan): Promise<void> {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    `Sec-WebSocket-Protocol: ${protocol}`,
  ]
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  socket.once('data', resolve)
  socket.once('error', reject)
  socket.write(`${lines.join('\r\n')}\r\n\r\n`)
  const answer = (await promise).toString('latin1')
  socket.removeAllListeners('error')
  if (!answer.startsWith('HTTP/1.1 101')) throw new Error(`No WebSocket: ${answer}`)
}

/** As a client sends it (RFC 6455, section 5.2 and 5.3). */
function maskedText(text: string): Buffer {
  const body = Buffer.from(text)
  const medium = body.length > 125
  const head = Buffer.alloc(medium ? 4 : 2)
  head[0] = 0x81
  head[1] = 0x80 | (medium ? 126 : body.length)
  if (medium) head.writeUInt16BE(body.length, 2)
  const mask = randomBytes(4)
  return Buffer.concat([head, mask, body.map((byte, at) => byte ^ (mask[at % 4] ?? 0))])
}

interface FrameCounter {
  /** @returns how many whole frames these bytes complete; null where one is another than expected */
  count(bytes: Buffer): number | null
}

/** Answers of at most 64 KiB, as servers send them: without a mask. */
function createFrameCounter(expect: Buffer): FrameCounter {
  let rest = Buffer.alloc(0)
  return {
    count(arrived) {
      const bytes = rest.length === 0 ? arrived : Buffer.concat([rest, arrived])
      let at = 0
      let found = 0
      while (at + 4 <= bytes.length) {
        const short = (bytes[at + 1] ?? 0) & 0x7f
        const head = short < 126 ? 2 : 4
        const length = short < 126 ? short : bytes.readUInt16BE(at + 2)
        const end = at + head + length
        if (end > bytes.length) break
        const begin = at + head
        if (bytes.compare(expect, 0, expect.length, begin, begin + expect.length) !== 0) return null
        at = end
        found += 1
      }
      rest = Buffer.from(bytes.subarray(at))
      return found
    },
  }
}
