import { handlerJob } from '../../core/handler.ts'
import type { Attempt, PublishAnswer, RunOutcome } from '../../ports/runner.ts'
import type { HandlerEntry } from './handler-set.ts'
import { createCollector, type Collector } from './collect.ts'
import { attemptFields, logLine, type RunTerms } from './inline.ts'
import { bodyAtHand } from './load-input.ts'
import { failed, handlerFailed, resultOf } from './outcome.ts'
import type { FromThread, HandlerEnd, ToThread } from './thread-message.ts'
import type { ThreadPool } from './thread-pool.ts'
import type { Thread } from './thread.ts'

/** How a task in a thread ended: as its handler did, or with its thread. */
type TaskEnd = HandlerEnd | { readonly kind: 'gone'; readonly why: string }

/** Runs an attempt in a worker thread, which may block for as long as the attempt may take. */
export async function runThreaded(
  pool: ThreadPool,
  entry: HandlerEntry,
  attempt: Attempt,
  terms: RunTerms,
  fetched?: Uint8Array,
): Promise<RunOutcome> {
  const thread = await pool.take(attempt.signal)
  if (thread === null) return handlerFailed('The attempt was stopped before it got a thread.')
  const maxBytes = terms.maxResultBytes
  const collector = createCollector({
    attempt,
    entry,
    maxBytes,
    taken: (piece, fault) => {
      if (thread.usable) thread.post({ kind: 'taken', task, piece, fault, answer: null })
    },
  })
  const task = pool.nextTask()
  try {
    const body = fetched ?? bodyAtHand(attempt)
    const end = await runIn({ thread, pool, task, attempt, terms, collector, body })
    if (end.kind === 'streamed') return (await collector.finish()) ?? handlerFailed(nothingCame)
    collector.drop()
    return collector.refusal() ?? outcomeOf(end, entry, attempt, terms)
  } finally {
    thread.listener = null
    pool.give(thread)
  }
}

const nothingCame = 'The handler gave a stream of which nothing came.'

function outcomeOf(
  end: Exclude<TaskEnd, { kind: 'streamed' }>,
  entry: HandlerEntry,
  attempt: Attempt,
  { log, maxResultBytes }: RunTerms,
): RunOutcome {
  if (end.kind === 'gave') return resultOf(end.encoded, entry.checkOutput, maxResultBytes)
  if (end.kind === 'gone') {
    log.warn({ ...attemptFields(attempt), why: end.why }, "a handler's thread ended")
    return handlerFailed(end.why)
  }
  const { error, retryable, retryAfterMs } = end.failure
  if (end.stack !== null && !attempt.signal.aborted) {
    log.warn({ ...attemptFields(attempt), stack: end.stack }, 'a handler threw')
  }
  return failed(error, retryable, retryAfterMs)
}

interface ThreadRun {
  readonly thread: Thread
  readonly pool: ThreadPool
  readonly task: number
  readonly attempt: Attempt
  readonly terms: RunTerms
  readonly collector: Collector
  readonly body: Uint8Array | null
}

async function runIn(run: ThreadRun): Promise<TaskEnd> {
  const { thread, pool, task, attempt, terms, collector } = run
  const { promise, resolve } = Promise.withResolvers<TaskEnd>()
  thread.listener = {
    onMessage(message) {
      if (message.kind === 'ready' || message.task !== task) return
      if (message.kind === 'end') resolve(message.end)
      else if (message.kind === 'chunk') collector.add(message)
      else relay(message, thread, attempt, terms)
    },
    onGone: (why) => resolve({ kind: 'gone', why }),
  }
  post(run)
  // After it, as the thread knows of no task before.
  const release = stopWith(attempt.signal, pool, thread, task)
  return promise.finally(release)
}

function post({ thread, task, attempt, body: bytes }: ThreadRun): void {
  // A copy that is moved over: a view would take along the whole buffer that it lies in.
  const body = bytes === null ? null : Uint8Array.from(bytes)
  const message: ToThread = { kind: 'run', task, job: handlerJob(attempt.job, attempt.trace), body }
  thread.post(message, body === null ? [] : [body.buffer])
}

/** Passes an abort on, and ends the thread where the handler does not stop. */
function stopWith(
  signal: AbortSignal,
  { clock, graceMs }: ThreadPool,
  thread: Thread,
  task: number,
): () => void {
  let callOff = (): void => {}
  const stop = (): void => {
    const { name, message } = signal.reason instanceof Error ? signal.reason : aborted
    thread.post({ kind: 'abort', task, name, message })
    callOff = clock.after(graceMs, () => void thread.end(didNotStop(graceMs)))
  }
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  return () => {
    signal.removeEventListener('abort', stop)
    callOff()
  }
}

const aborted = { name: 'AbortError', message: 'The attempt was stopped.' }

const didNotStop = (graceMs: number): string =>
  `The handler did not stop within ${graceMs} ms after it was told to, so its thread was ended. ` +
  'Watch ctx.signal, or raise the timeout.'

type Relayed = Exclude<FromThread, { kind: 'ready' | 'end' | 'chunk' }>

function relay(message: Relayed, thread: Thread, attempt: Attempt, { log }: RunTerms): void {
  switch (message.kind) {
    case 'progress':
      void attempt.progress(message.percent, message.message)
      return
    case 'log': {
      const fields = message.fields === null ? undefined : (JSON.parse(message.fields) as object)
      logLine(log, attempt, message.level, message.message, fields)
      return
    }
    case 'output':
      return answer(thread, message, attempt.output(JSON.parse(message.json)))
    case 'publish':
      return answer(thread, message, attempt.publish(message.channel, message.event))
  }
}

/** Says what became of what the handler waits for. */
function answer(
  thread: Thread,
  { task, piece }: { readonly task: number; readonly piece: number },
  work: Promise<PublishAnswer | void>,
): void {
  const reply = (fault: string | null, given: PublishAnswer | null): void => {
    if (thread.usable) thread.post({ kind: 'taken', task, piece, fault, answer: given })
  }
  work.then(
    (given) => reply(null, given ?? null),
    (fault: unknown) => reply(fault instanceof Error ? fault.message : String(fault), null),
  )
}
