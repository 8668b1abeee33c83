import { randomBytes } from 'node:crypto'
import type { JobId } from '@buzzer/contract'
import type { Running } from '../../../core/job.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Log } from '../../../ports/log.ts'
import type { Attempt } from '../../../ports/runner.ts'
import { createMemoryBlobs } from '../../../store/sqlite/testing/memory-blobs.ts'

/** An attempt as the engine would hand it over, and what its runner did with it. */
export interface RecordedAttempt extends Attempt {
  readonly controller: AbortController
  readonly said: readonly (readonly unknown[])[]
  /** Resolves with the first progress, which says that the handler runs. */
  readonly begun: Promise<void>
}

export function recordAttempt(
  operation: string,
  input: unknown,
  more: Partial<Attempt> = {},
): RecordedAttempt {
  const controller = new AbortController()
  const begun = Promise.withResolvers<void>()
  const said: (readonly unknown[])[] = []
  const body = input === undefined ? null : new TextEncoder().encode(JSON.stringify(input))
  return {
    job: { ...job, operation },
    input: body === null ? null : { mediaType: 'application/json', body, request: null },
    trace: job.trace,
    signal: controller.signal,
    blobs: createMemoryBlobs({ clock: { now: Date.now }, random: { bytes: randomBytes } }),
    maxResultBytes: null,
    async progress(percent, message) {
      said.push([percent, message])
      begun.resolve()
    },
    async output(piece) {
      said.push([piece])
    },
    async publish(channel, event) {
      said.push([channel, event])
      return channel === 'unknown'
        ? { kind: 'refused', problem: { code: 'channel-not-found', detail: 'not there' } }
        : { kind: 'published', id: 'evt_1', sequence: '0000000000000001' }
    },
    controller,
    said,
    begun: begun.promise,
    ...more,
  }
}

const job: Running = {
  id: 'job_01jd0000000000000000000000' as JobId,
  tenant: 'default',
  client: null,
  operation: '',
  priority: 4,
  key: 'customer-7',
  tags: ['a', 'b'],
  trace: {
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    tracestate: null,
  },
  batch: null,
  createdAt: 1_700_000_000_000,
  deadlineAt: 1_700_000_060_000,
  callback: null,
  scheduledFor: null,
  maxAttempts: 5,
  version: 3,
  run: 1,
  attempt: 2,
  fence: 2,
  voidedAt: 0,
  leasesLost: 0,
  progress: null,
  startedAt: 1_700_000_000_001,
  state: 'running',
  attemptStartedAt: 1_700_000_000_002,
  node: 'node-1',
  leaseUntil: 1_700_000_030_000,
  attemptUntil: 1_700_000_030_000,
  cancelRequested: false,
  monitor: null,
}

export interface Line {
  readonly level: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly message: string
}

export function recordLog() {
  const lines: Line[] = []
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields: { ...fields }, message })
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  return { log, lines }
}

/** A clock that stands still; its timers go off when the test says so. */
export function createStillClock() {
  const timers = new Set<{ readonly delayMs: number; readonly callback: () => void }>()
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    after(delayMs, callback) {
      const timer = { delayMs, callback }
      timers.add(timer)
      return () => void timers.delete(timer)
    },
  }
  return {
    clock,
    delays: () => [...timers].map(({ delayMs }) => delayMs),
    fire(delayMs: number) {
      for (const timer of timers) {
        if (timer.delayMs !== delayMs) continue
        timers.delete(timer)
        timer.callback()
      }
    },
  }
}
