import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { FromThread, ThreadStart, ToThread } from './thread-message.ts'

/** What a thread may use, in megabytes. */
export interface ThreadLimits {
  readonly heapMb?: number
  readonly stackMb?: number
}

/** Who hears what a thread says. */
interface ThreadListener {
  onMessage(message: FromThread): void
  /** The thread is gone. @param why what to tell who waits for it */
  onGone(why: string): void
}

/** One worker thread. */
export interface Thread {
  /** Set while a task runs in it. */
  listener: ThreadListener | null
  /** Whether it can run tasks: it is neither gone nor about to be. */
  readonly usable: boolean
  post(message: ToThread, transfer?: readonly ArrayBuffer[]): void
  /** Whether it keeps the process alive. */
  hold(held: boolean): void
  /** Ends it, also in the midst of a computation. @param why what to tell who waits for it */
  end(why: string): Promise<void>
}

/** @param onGone called once, when the thread has ended in whatever way */
export function startThread(
  start: ThreadStart,
  limits: ThreadLimits,
  onGone: (thread: Thread) => void,
): Thread {
  const worker = new Worker(script(), {
    name: 'handler',
    workerData: start,
    resourceLimits: {
      ...(limits.heapMb === undefined ? {} : { maxOldGenerationSizeMb: limits.heapMb }),
      ...(limits.stackMb === undefined ? {} : { stackSizeMb: limits.stackMb }),
    },
  })
  let ready = false
  let gone = false
  let fault: Error | null = null
  let ended: string | null = null

  const thread: Thread = {
    listener: null,
    get usable() {
      return !gone && ended === null
    },
    post: (message, transfer = []) => worker.postMessage(message, transfer),
    hold: (held) => (held ? worker.ref() : worker.unref()),
    async end(why) {
      ended ??= why
      await worker.terminate()
    },
  }
  worker.on('message', (message: FromThread) => {
    if (message.kind === 'ready') ready = true
    else thread.listener?.onMessage(message)
  })
  worker.on('error', (error) => {
    fault = error instanceof Error ? error : new Error(String(error))
  })
  worker.on('exit', (code) => {
    gone = true
    const why = ended ?? (fault === null ? exited(code) : crashed(fault, ready))
    thread.listener?.onGone(why)
    onGone(thread)
  })
  return thread
}

/** The script beside this one, which is JavaScript where this one has been made so. */
function script(): URL {
  const url = new URL('./thread-main.ts', import.meta.url)
  url.pathname = url.pathname.replace(/\.ts$/, extname(import.meta.url))
  return url
}

const exited = (code: number): string =>
  `The handler ended its thread with process.exit(${code}). Return or throw instead.`

function crashed(fault: Error, ready: boolean): string {
  if ('code' in fault && fault.code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return "The handler's thread ran out of memory. Let it use less, or give threads more."
  }
  return ready
    ? `An error that nothing caught ended the handler's thread: ${fault.message}`
    : `The handler's thread could not load the configuration: ${fault.message}`
}
