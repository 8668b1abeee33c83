import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'

// Thousands of readers in one process: raw sockets of which only the end of each chunk is looked
// at, so that reading costs far less than writing. Events tell their sequence and when they were
// made.

export interface ReadersPlan {
  readonly port: number
  readonly count: number
  /** What each of them sends first, a byte a character. */
  readonly opening: string
  /** What the answer has to hold before the reader counts as there. */
  readonly ready: string
}

/** How far the readers are, and how late what they got in this interval was. */
export interface Reading {
  readonly ready: number
  /** Of all readers together. */
  readonly delivered: number
  /** The sequence that every reader has seen. */
  readonly slowest: number
  readonly latenciesMs: readonly number[]
}

interface Reader {
  isReady: boolean
  first: number
  last: number
}

const sequenceMark = Buffer.from('"sequence":"')
const timeMark = Buffer.from('"at":')
const sequenceDigits = 16
const timeDigits = 13
/** An event and what surrounds it is shorter; the last whole one is within this. */
const tailBytes = 1_024
/** Connections that are made at a time. */
const batch = 250

/** All of them read into this, one after the other: a stream for each would be the bottleneck. */
const shared = Buffer.allocUnsafe(256 * 1_024)

process.once('message', (plan: ReadersPlan) => void run(plan))

async function run(plan: ReadersPlan): Promise<void> {
  const readers: Reader[] = []
  let latencies: number[] = []
  for (let made = 0; made < plan.count; made += batch) {
    const group = Array.from({ length: Math.min(batch, plan.count - made) }, () =>
      open(plan, (ms) => latencies.push(ms)),
    )
    readers.push(...(await Promise.all(group)))
  }
  process.on('message', () => {
    const now = latencies
    latencies = []
    process.send?.(summary(readers, now))
  })
  process.send?.(summary(readers, []))
}

function summary(readers: readonly Reader[], latenciesMs: readonly number[]): Reading {
  let delivered = 0
  let slowest = Infinity
  for (const { first, last } of readers) {
    delivered += Math.max(0, last - first)
    slowest = Math.min(slowest, last)
  }
  return { ready: readers.length, delivered, slowest, latenciesMs }
}

function open(plan: ReadersPlan, onLatency: (ms: number) => void): Promise<Reader> {
  const { promise, resolve, reject } = Promise.withResolvers<Reader>()
  const reader: Reader = { isReady: false, first: 0, last: 0 }
  let head = ''
  const take = (chunk: Buffer): void => {
    if (!reader.isReady) {
      head += chunk.toString('latin1')
      if (!head.includes(plan.ready)) return
      reader.isReady = true
      resolve(reader)
    }
    answerPing(socket, chunk)
    note(reader, chunk, onLatency)
  }
  const onBytes = (size: number): boolean => {
    take(shared.subarray(0, size))
    return true
  }
  const socket: Socket = connect({
    port: plan.port,
    host: '127.0.0.1',
    noDelay: true,
    onread: { buffer: shared, callback: onBytes },
  })
  socket.once('error', reject)
  socket.once('connect', () => socket.write(plan.opening, 'latin1'))
  return promise
}

/** Of a WebSocket: a ping without data, which is in no text, and a pong. */
const ping = Buffer.from([0x89, 0])
const pong = Buffer.from([0x8a, 0x80, 0, 0, 0, 0])

/** NATS and we ourselves end connections that do not answer. */
function answerPing(socket: Socket, chunk: Buffer): void {
  if (chunk.includes(ping)) socket.write(pong)
  if (chunk.length < 64 && chunk.includes('PING\r\n')) socket.write('PONG\r\n')
}

function note(reader: Reader, chunk: Buffer, onLatency: (ms: number) => void): void {
  const tail = chunk.subarray(Math.max(0, chunk.length - tailBytes))
  const sequence = numberAfter(tail, sequenceMark, sequenceDigits)
  if (sequence === null) return
  if (reader.first === 0) reader.first = sequence - 1
  reader.last = sequence
  const at = numberAfter(tail, timeMark, timeDigits)
  if (at !== null) onLatency(performance.timeOrigin + performance.now() - at)
}

/** Null where it is not there as a whole; the next chunk ends with one. */
function numberAfter(tail: Buffer, mark: Buffer, digits: number): number | null {
  let from = tail.lastIndexOf(mark)
  if (from !== -1 && from + mark.length + digits > tail.length)
    from = tail.lastIndexOf(mark, from - 1)
  if (from === -1) return null
  const start = from + mark.length
  return Number(tail.toString('latin1', start, start + digits))
}
