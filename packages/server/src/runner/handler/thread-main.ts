import { inspect } from 'node:util'
import { parentPort, workerData } from 'node:worker_threads'
import { handlerFailure } from '../../core/handler-error.ts'
import type { Handler } from '../../core/handler.ts'
import type { PublishAnswer } from '../../ports/runner.ts'
import { openContext, type Reach, type WriteLine } from './context.ts'
import { parseInput } from './input.ts'
import { encodeOutput, NotAnOutput, type EncodedStream } from './output.ts'
import type { FromThread, HandlerEnd, ThreadStart, ToThread } from './thread-message.ts'

/** A worker thread: loads the configuration once, then runs one task after the other. */

type Run = Extract<ToThread, { kind: 'run' }>

/** The task that runs now, as messages reach it. */
interface Task {
  readonly number: number
  readonly controller: AbortController
  readonly waiting: Map<number, PromiseWithResolvers<PublishAnswer | null>>
  /** How much was given piece by piece. */
  pieces: number
}

const port = parentPort
if (port === null) throw new Error('thread-main runs in a worker thread only')
dropWarnings(['MODULE_TYPELESS_PACKAGE_JSON'])
const { module } = workerData as ThreadStart
const handlers = handlersOf((await import(module)) as { readonly default?: unknown })
let current: Task | null = null

const send = (message: FromThread, transfer: readonly ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer)

port.on('message', (message: ToThread) => {
  if (message.kind === 'run') void runTask(message)
  else if (current?.number === message.task) steer(current, message)
})
send({ kind: 'ready' })

/** A configuration may stand in a folder without a package.json; Node's advice about it is noise. */
function dropWarnings(codes: readonly string[]): void {
  const listeners = process.listeners('warning')
  process.removeAllListeners('warning')
  process.on('warning', (warning: Error & { readonly code?: string }) => {
    if (codes.includes(warning.code ?? '')) return
    for (const listener of listeners) listener(warning)
  })
}

/** The handlers in the default export of a configuration, whatever it may hold. */
function handlersOf(loaded: { readonly default?: unknown }): ReadonlyMap<string, Handler> {
  const { operations } = (loaded.default ?? {}) as { readonly operations?: object }
  return new Map(
    Object.entries(operations ?? {}).map(([name, definition]: [string, { run: Handler }]) => [
      name,
      // As a method of its definition, which may use `this`.
      (input, context) => definition.run(input, context),
    ]),
  )
}

async function runTask(run: Run): Promise<void> {
  const task = {
    number: run.task,
    controller: new AbortController(),
    waiting: new Map(),
    pieces: 0,
  }
  current = task
  const end = await handle(run, task)
  current = null
  if (end.kind !== 'gave') return send({ kind: 'end', task: run.task, end })
  // A copy is moved over: what the handler gave may be its own to give again.
  const body = new Uint8Array(end.encoded.body)
  const encoded = { ...end.encoded, body }
  send({ kind: 'end', task: run.task, end: { kind: 'gave', encoded } }, [body.buffer])
}

async function handle(run: Run, task: Task): Promise<HandlerEnd> {
  const handler = handlers.get(run.job.operation)
  if (handler === undefined) return refused(`The configuration has no ${run.job.operation}.`)
  const input = parseInput(run.body)
  if (input.kind === 'malformed') return refused(input.error.detail)
  const { context, close } = openContext(run.job, reachOf(task), lineWriter(task))
  try {
    const encoded = await encodeOutput(await handler(input.value, context))
    return 'stream' in encoded ? await giveChunks(task, encoded) : { kind: 'gave', encoded }
  } catch (thrown) {
    return endBy(thrown)
  } finally {
    close()
  }
}

async function giveChunks(task: Task, { mediaType, stream }: EncodedStream): Promise<HandlerEnd> {
  await giveChunk(task, mediaType, new Uint8Array())
  for await (const bytes of stream) await giveChunk(task, mediaType, new Uint8Array(bytes))
  return { kind: 'streamed' }
}

/** @param bytes that are moved over */
function giveChunk(
  task: Task,
  mediaType: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<unknown> {
  const { piece, taken } = nextPiece(task)
  send({ kind: 'chunk', task: task.number, piece, mediaType, bytes }, [bytes.buffer])
  return taken
}

/** A piece that the other side is to take before the next one is made. */
function nextPiece(task: Task): {
  readonly piece: number
  readonly taken: Promise<PublishAnswer | null>
} {
  task.pieces += 1
  const taken = Promise.withResolvers<PublishAnswer | null>()
  task.waiting.set(task.pieces, taken)
  return { piece: task.pieces, taken: taken.promise }
}

function endBy(thrown: unknown): HandlerEnd {
  const failure = handlerFailure(thrown)
  const isFault = failure.unexpected && !(thrown instanceof NotAnOutput)
  return { kind: 'threw', failure, stack: isFault ? inspect(thrown, { depth: 4 }) : null }
}

const refused = (detail: string): HandlerEnd => ({
  kind: 'threw',
  failure: {
    error: { code: 'handler-failed', detail },
    retryable: false,
    retryAfterMs: null,
    unexpected: false,
  },
  stack: null,
})

function reachOf(task: Task): Reach {
  const { number, controller } = task
  return {
    signal: controller.signal,
    async progress(percent, message) {
      send({ kind: 'progress', task: number, percent, message })
    },
    async output(output) {
      const json = JSON.stringify(output) ?? 'null'
      const { piece, taken } = nextPiece(task)
      send({ kind: 'output', task: number, piece, json })
      await taken
    },
    async publish(channel, event) {
      const { piece, taken } = nextPiece(task)
      send({ kind: 'publish', task: number, piece, channel, event })
      const answer = await taken
      if (answer === null) throw new Error('The event was taken without an answer.')
      return answer
    },
  }
}

const lineWriter =
  ({ number }: Task): WriteLine =>
  (level, message, fields) =>
    send({ kind: 'log', task: number, level, message, fields: fieldsOf(fields) })

/** Their own members, as a line that is not sent has them; errors would be nothing in JSON. */
function fieldsOf(fields: object | undefined): string | null {
  if (fields === undefined) return null
  try {
    return JSON.stringify({ ...fields }, (_, value: unknown) =>
      value instanceof Error ? membersOf(value) : value,
    )
  } catch {
    return JSON.stringify({ fields: inspect(fields) })
  }
}

function membersOf(error: Error): object {
  const { name: type, message, stack, cause } = error
  const own = Object.fromEntries(Object.entries(error))
  return { ...own, type, message, stack, ...(cause === undefined ? {} : { cause }) }
}

function steer(task: Task, message: Exclude<ToThread, Run>): void {
  if (message.kind === 'abort') {
    task.controller.abort(new DOMException(message.message, message.name))
    return
  }
  const taken = task.waiting.get(message.piece)
  task.waiting.delete(message.piece)
  if (message.fault === null) taken?.resolve(message.answer)
  else taken?.reject(new Error(message.fault))
}
