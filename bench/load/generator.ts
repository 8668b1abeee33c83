import { connect, type Socket } from 'node:net'
import { createAnswerReader } from './answer-reader.ts'
import { createLatencies } from './latencies.ts'
import type { Load, Plan } from './plan.ts'
import { prepareRequest } from './request.ts'

const mostLatencies = 2_000_000
const readBufferBytes = 64 * 1024
/** A server that does not answer for this long is not waited for. */
const stallMs = 15_000

/**
 * Sends the same request over and over, and measures the answers.
 *
 * It shares two cores with the server that it measures, so it is made to cost little: requests
 * are bytes made beforehand, answers are not parsed but for their status and length, and all
 * sockets read into one buffer. Held against wrk 4.1 on the bare `node:http` peer, 2 cores, 64
 * connections: 79,000 answers per s and p99 1.5 ms here, taking 0.67 of a core; 75,000 to 78,000
 * and 1.6 to 2.8 ms with wrk. It is not the bottleneck.
 */
export async function generateLoad(plan: Plan): Promise<Load> {
  const tally = createTally(plan)
  const buffer = Buffer.allocUnsafe(readBufferBytes)
  const cpuBefore = process.cpuUsage()
  const startedAt = Date.now()
  const lines = Array.from({ length: plan.connections }, () => drive(plan, tally, buffer))
  await Promise.all(lines)
  const { user, system } = process.cpuUsage(cpuBefore)
  const cpuShare = (user + system) / 1_000 / (plan.warmUpMs + plan.measuredMs)
  return { ...tally.result(), startedAt, cpuShare }
}

interface Tally {
  /** Takes an answer, and tells whether another request is wanted. */
  take(status: number, ms: number, now: number): boolean
  result(): Omit<Load, 'cpuShare' | 'startedAt'>
}

function createTally({ warmUpMs, measuredMs, expectStatus }: Plan): Tally {
  const from = performance.now() + warmUpMs
  const until = from + measuredMs
  const latencies = createLatencies(mostLatencies)
  const errors: Record<number, number> = {}
  let answersInAll = 0
  let answers = 0
  return {
    take(status, ms, now) {
      if (status === expectStatus) {
        answersInAll += 1
        if (now >= from && now < until) {
          answers += 1
          latencies.add(ms)
        }
      } else {
        errors[status] = (errors[status] ?? 0) + 1
      }
      return now < until
    },
    result: () => ({
      answers,
      answersInAll,
      perSecond: answers / (measuredMs / 1_000),
      p50Ms: latencies.percentile(0.5),
      p99Ms: latencies.percentile(0.99),
      maxMs: latencies.percentile(1),
      errors,
    }),
  }
}

/** One connection: a request, its answer, the next request, until the time is over. */
function drive(plan: Plan, tally: Tally, buffer: Buffer): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const request = prepareRequest(plan)
  const reader = createAnswerReader()
  let sentAt = 0

  const send = (now: number): void => {
    request.renewKey()
    sentAt = now
    socket.write(request.bytes)
  }

  const onBytes = (size: number): boolean => {
    const status = reader.read(buffer.subarray(0, size))
    if (status === null) return true
    const now = performance.now()
    if (tally.take(status, now - sentAt, now)) send(now)
    else socket.destroy()
    return true
  }

  const socket: Socket = connect({
    host: '127.0.0.1',
    port: plan.port,
    noDelay: true,
    onread: { buffer, callback: onBytes },
  })
  const fail = (): void => {
    tally.take(0, 0, performance.now())
    socket.destroy()
  }
  socket.setTimeout(stallMs, fail)
  socket.once('connect', () => send(performance.now()))
  socket.once('error', fail)
  socket.once('end', fail)
  socket.once('close', () => resolve())
  return promise
}
