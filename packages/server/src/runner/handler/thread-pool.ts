import type { Clock } from '../../ports/clock.ts'
import { startThread, type Thread, type ThreadLimits } from './thread.ts'

export type { ThreadLimits } from './thread.ts'

export interface ThreadPoolOptions {
  readonly module: string
  readonly max: number
  readonly limits?: ThreadLimits
  readonly graceMs?: number
  readonly idleMs?: number
  readonly clock: Clock
}

/** Threads that run one task at a time, so that a crash is the fault of one attempt. */
export interface ThreadPool extends AsyncDisposable {
  readonly clock: Clock
  readonly graceMs: number
  /** A number for a task, by which its messages are told from those of others. */
  nextTask(): number
  /**
   * Takes a thread, starts one, or waits for one.
   *
   * @returns null where the signal was aborted, or the pool was closed, before there was one
   */
  take(signal: AbortSignal): Promise<Thread | null>
  /** Gives it back for the next task; one that is gone is replaced. */
  give(thread: Thread): void
}

export function createThreadPool(options: ThreadPoolOptions): ThreadPool {
  const { module, max, limits = {}, graceMs = 2_000, idleMs = 30_000, clock } = options
  const threads = new Set<Thread>()
  /** Without work, the one used last at the end; each with what calls its end off. */
  const idle = new Map<Thread, () => void>()
  const waiting = new Set<(thread: Thread | null) => void>()
  let closed = false
  let tasks = 0

  const start = (): Thread => {
    const thread = startThread({ module }, limits, forget)
    threads.add(thread)
    return thread
  }

  const forget = (thread: Thread): void => {
    threads.delete(thread)
    wake(thread)
    if (!closed && waiting.size > 0 && threads.size < max) serve(start())
  }

  const wake = (thread: Thread): void => {
    idle.get(thread)?.()
    idle.delete(thread)
    if (thread.usable) thread.hold(true)
  }

  /** Hands a thread to who waits longest, or lays it by. */
  const serve = (thread: Thread): void => {
    const [next] = waiting
    if (next !== undefined) {
      waiting.delete(next)
      next(thread)
      return
    }
    thread.hold(false)
    const retire = (): void => {
      idle.delete(thread)
      void thread.end('It had nothing to do.')
    }
    idle.set(thread, clock.after(idleMs, retire))
  }

  const wait = (signal: AbortSignal): Promise<Thread | null> => {
    const { promise, resolve } = Promise.withResolvers<Thread | null>()
    const stop = (): void => {
      if (waiting.delete(resolve)) resolve(null)
    }
    waiting.add(resolve)
    signal.addEventListener('abort', stop, { once: true })
    return promise.finally(() => signal.removeEventListener('abort', stop))
  }

  return {
    clock,
    graceMs,
    nextTask() {
      tasks += 1
      return tasks
    },
    async take(signal) {
      if (closed || signal.aborted) return null
      const thread = [...idle.keys()].at(-1)
      if (thread !== undefined) {
        wake(thread)
        return thread
      }
      return threads.size < max ? start() : wait(signal)
    },
    give(thread) {
      if (thread.usable) serve(thread)
    },
    async [Symbol.asyncDispose]() {
      closed = true
      for (const resolve of waiting) resolve(null)
      waiting.clear()
      for (const callOff of idle.values()) callOff()
      await Promise.all([...threads].map((thread) => thread.end('The server is shutting down.')))
    },
  }
}
