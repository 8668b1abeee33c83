import { connect, type Socket } from 'node:net'
import { createAnswerReader } from './answer-reader.ts'
import { createLatencies } from './latencies.ts'
import type { Plan } from './plan.ts'
import { prepareRequest } from './request.ts'

/** Requests that come when they come, whether or not those before them were answered. */
export interface ArrivalPlan extends Omit<Plan, 'connections' | 'expectStatus'> {
  readonly perSecond: number
  /** As many at most are open; what comes when all are busy waits, and its wait is counted. */
  readonly connections: number
}

/** What came of it. Latencies are from the moment at which a request was due. */
export interface Arrivals {
  /** Requests that were due within the measured time. */
  readonly offered: number
  /** Of them, by the status of their answer; broken connections and unanswered ones under 0. */
  readonly statuses: Readonly<Record<number, number>>
  readonly accepted: { readonly p50Ms: number; readonly p99Ms: number }
  readonly refused: { readonly p50Ms: number; readonly p99Ms: number }
  /** The share of one core that the load itself took; near 1 it is the bottleneck. */
  readonly cpuShare: number
}

const mostLatencies = 1_000_000
/** What has not been answered so long after the end is not waited for. */
const patienceMs = 5_000
const tickMs = 1

interface Line {
  send(dueAt: number): void
  close(): void
}

export async function generateArrivals(plan: ArrivalPlan): Promise<Arrivals> {
  const tally = createTally(plan)
  const lines = new Set<Line>()
  const idle: Line[] = []
  const waiting: number[] = []
  let head = 0

  const onIdle = (line: Line): void => {
    const dueAt = waiting[head]
    if (dueAt === undefined) return void idle.push(line)
    head += 1
    line.send(dueAt)
  }
  const arrive = (dueAt: number): void => {
    const line = idle.pop()
    if (line !== undefined) return line.send(dueAt)
    if (lines.size < plan.connections) lines.add(openLine(plan, tally, dueAt, onIdle))
    else waiting.push(dueAt)
  }

  const cpuBefore = process.cpuUsage()
  const totalMs = plan.warmUpMs + plan.measuredMs
  await eachTick(totalMs, (fromMs, toMs) => {
    const first = Math.ceil((fromMs * plan.perSecond) / 1_000)
    const last = Math.ceil((toMs * plan.perSecond) / 1_000)
    for (let number = first; number < last; number += 1) {
      arrive(tally.startedAt + (number * 1_000) / plan.perSecond)
    }
  })
  const { user, system } = process.cpuUsage(cpuBefore)
  await settled(() => tally.open() === 0 && head >= waiting.length)
  for (const line of lines) line.close()
  return tally.result((user + system) / 1_000 / totalMs, waiting.length - head)
}

/** Calls with the span of time since the last call, until all of it is over. */
function eachTick(totalMs: number, tick: (fromMs: number, toMs: number) => void): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const startedAt = performance.now()
  let done = 0
  const timer = setInterval(() => {
    const now = Math.min(totalMs, performance.now() - startedAt)
    tick(done, now)
    done = now
    if (done < totalMs) return
    clearInterval(timer)
    resolve()
  }, tickMs)
  return promise
}

function settled(isSettled: () => boolean): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const end = performance.now() + patienceMs
  const timer = setInterval(() => {
    if (!isSettled() && performance.now() < end) return
    clearInterval(timer)
    resolve()
  }, 10)
  return promise
}

function createTally({ warmUpMs }: ArrivalPlan) {
  const startedAt = performance.now()
  const from = startedAt + warmUpMs
  const accepted = createLatencies(mostLatencies)
  const refused = createLatencies(mostLatencies)
  const statuses: Record<number, number> = {}
  let sent = 0
  let answered = 0
  const count = (status: number, by: number): void => {
    statuses[status] = (statuses[status] ?? 0) + by
  }
  const spread = ({ percentile }: typeof accepted) => ({
    p50Ms: percentile(0.5),
    p99Ms: percentile(0.99),
  })
  return {
    startedAt,
    open: () => sent - answered,
    sent: () => {
      sent += 1
    },
    take(status: number, dueAt: number): void {
      answered += 1
      if (dueAt < from) return
      count(status, 1)
      if (status === 202) accepted.add(performance.now() - dueAt)
      else if (status === 503) refused.add(performance.now() - dueAt)
    },
    result(cpuShare: number, unsent: number): Arrivals {
      const lost = unsent + sent - answered
      if (lost > 0) count(0, lost)
      const offered = Object.values(statuses).reduce((sum, number) => sum + number, 0)
      return { offered, statuses, accepted: spread(accepted), refused: spread(refused), cpuShare }
    },
  }
}

/** One connection, with one request under way at a time; made anew where it breaks. */
function openLine(
  plan: ArrivalPlan,
  tally: ReturnType<typeof createTally>,
  firstDueAt: number,
  onIdle: (line: Line) => void,
): Line {
  const request = prepareRequest(plan)
  let reader = createAnswerReader()
  let dueAt: number | null = null
  let closed = false

  const answered = (status: number): void => {
    if (dueAt === null) return
    tally.take(status, dueAt)
    dueAt = null
    if (!closed) onIdle(line)
  }
  const dial = (): Socket => {
    const fresh = connect({ host: '127.0.0.1', port: plan.port, noDelay: true })
    fresh.on('data', (bytes) => {
      const status = reader.read(bytes)
      if (status !== null) answered(status)
    })
    fresh.on('error', () => undefined)
    fresh.once('close', () => {
      if (closed) return
      reader = createAnswerReader()
      socket = dial()
      answered(0)
    })
    return fresh
  }
  let socket = dial()
  const line: Line = {
    send(at) {
      dueAt = at
      tally.sent()
      request.renewKey()
      // The bytes change with the next key, which may be before these have gone out.
      socket.write(plan.distinctKeys ? Buffer.from(request.bytes) : request.bytes)
    },
    close() {
      closed = true
      socket.destroy()
    },
  }
  line.send(firstDueAt)
  return line
}
