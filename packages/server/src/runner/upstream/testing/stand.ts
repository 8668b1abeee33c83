import { randomBytes } from 'node:crypto'
import { createIdSource } from '@buzzer/contract'
import { newJob, type Running, type Trace } from '../../../core/job.ts'
import { newLease } from '../../../core/lease.ts'
import type { Headers, Monitor } from '../../../core/payload.ts'
import { transition } from '../../../core/transition.ts'
import { createOutbound } from '../../../outbound/outbound.ts'
import { realClock } from '../../../outbound/testing/real-clock.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Attempt, RunOutcome } from '../../../ports/runner.ts'
import { createMemoryBlobs } from '../../../store/sqlite/testing/memory-blobs.ts'
import {
  defaultUpstreamOperation,
  type UpstreamOperation,
  type UpstreamService,
} from '../service.ts'
import { createUpstreamRunner } from '../upstream-runner.ts'

const reports = 'get-report'

export interface Call {
  readonly operation?: string
  readonly method?: string
  readonly target?: string
  readonly headers?: Headers
  readonly mediaType?: string | null
  readonly body?: Uint8Array
  readonly attempt?: number
  readonly monitor?: Monitor | null
  readonly trace?: Trace | null
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

/** A runner with the real client, on a clock that only tests move. */
export interface Stand extends AsyncDisposable {
  run(call?: Call): Promise<RunOutcome>
  heldOffUntil(operation?: string): number | null
  now(): number
  pass(ms: number): void
  readonly logged: readonly string[]
  readonly progress: readonly (readonly [number | null, string | null])[]
}

export const startAt = Date.UTC(2026, 10, 20, 12)
export const jobId = createIdSource(
  () => startAt,
  (count) => new Uint8Array(count),
).next('job')

export function openStand(
  url: string,
  settings: Partial<UpstreamService> & Partial<UpstreamOperation> = {},
): Stand {
  const { retryUnsafe, maxResultBytes, giveUpMs, callback, ...service } = settings
  let now = startAt
  const clock: Clock = { ...realClock, now: () => now, monotonic: () => now }
  const outbound = createOutbound({ allow: ['127.0.0.1'], clock: realClock })
  const logged: string[] = []
  const log = (_: object, message: string) => void logged.push(message)
  const runner = createUpstreamRunner({
    outbound,
    clock,
    tracing: null,
    random: { fraction: () => 0.5, bytes: (count) => new Uint8Array(count).fill(0xab) },
    log: { debug: log, info: log, warn: log, error: log },
    service: {
      name: 'legacy',
      url,
      credentials: null,
      followOrigins: [],
      operation: () => ({
        retryUnsafe: retryUnsafe ?? defaultUpstreamOperation.retryUnsafe,
        maxResultBytes: maxResultBytes ?? defaultUpstreamOperation.maxResultBytes,
        giveUpMs: giveUpMs ?? defaultUpstreamOperation.giveUpMs,
        callback: callback ?? null,
      }),
      ...service,
    },
  })
  const progress: (readonly [number | null, string | null])[] = []
  return {
    logged,
    progress,
    now: () => now,
    pass(ms) {
      now += ms
    },
    run: (call = {}) =>
      runner.run({
        ...attemptOf(call, now),
        progress: (...made) => Promise.resolve(void progress.push(made)),
      }),
    heldOffUntil: (operation = reports) => runner.heldOffUntil(operation),
    async [Symbol.asyncDispose]() {
      await runner[Symbol.asyncDispose]()
      await outbound[Symbol.asyncDispose]()
    },
  }
}

function attemptOf(call: Call, now: number): Omit<Attempt, 'progress'> {
  return {
    job: runningJob(call, now),
    input: {
      mediaType: call.mediaType ?? null,
      body: call.body ?? new Uint8Array(),
      request: {
        method: call.method ?? 'GET',
        target: call.target ?? '/reports/7',
        headers: call.headers ?? [],
      },
    },
    trace: call.trace ?? null,
    signal: call.signal ?? new AbortController().signal,
    publish: async () => ({ kind: 'published', id: 'evt_1', sequence: '0000000000000001' }),
    output: () => Promise.resolve(),
    blobs: createMemoryBlobs({ clock: { now: Date.now }, random: { bytes: randomBytes } }),
    maxResultBytes: null,
  }
}

function runningJob(call: Call, now: number): Running {
  const order = {
    id: jobId,
    tenant: 'default',
    client: null,
    operation: call.operation ?? reports,
    priority: 4,
    key: null,
    tags: [],
    trace: call.trace ?? null,
    batch: null,
    createdAt: startAt,
    deadlineAt: null,
    maxAttempts: 5,
  }
  const terms = { leaseMs: 30_000, timeoutMs: call.timeoutMs ?? 5_000 }
  const lease = newLease(order, terms, 'node', now)
  const claimed = transition(newJob(order, startAt), { kind: 'claim', lease }, now)
  if (claimed.kind !== 'changed' || claimed.job.state !== 'running') throw new Error('not claimed')
  return { ...claimed.job, attempt: call.attempt ?? 1, monitor: call.monitor ?? null }
}
