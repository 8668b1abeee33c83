import { isEventStream, readProblem } from './answer.ts'
import { anySignal } from './clock.ts'
import { ConnectionError } from './error.ts'
import { isFinalEvent, type JobEvent } from './job-event.ts'
import { jobRequest, type JobRoute } from './job-route.ts'
import { readEvent, type Seen } from './read-event.ts'
import { createSseParser, type SseParser } from './sse-parser.ts'

/** How one connection ended. */
export type StreamEnd =
  /** The final event came, or the server says that the reader has it already. */
  | 'over'
  /** It broke off, after at least one byte. */
  | 'cut'
  /** It broke off without a byte. */
  | 'mute'
  /** There is no event stream to be had here. */
  | 'unavailable'

export interface StreamState {
  readonly seen: Seen
  /** The reconnection time that the server asked for, in milliseconds. */
  retryMs: number
  /** Called when the server has said something, so that the next failure counts as the first. */
  alive(): void
}

/**
 * A server sends a comment every 15 s. A stream that says nothing at all for this long is held back
 * by something on the way; one that has spoken before is dead.
 */
const silenceMs = 35_000

/** Reads one connection's worth of a job's events. */
export async function* streamJob(
  route: JobRoute,
  state: StreamState,
  signal: AbortSignal | undefined,
): AsyncGenerator<JobEvent, StreamEnd> {
  const connection = new AbortController()
  try {
    const opening = connect(route, state.seen, anySignal(signal, connection.signal))
    const body = await unlessSilent(route, connection, opening)
    if (body === 'silent') return 'unavailable'
    if (typeof body === 'string') return body
    return yield* readBody(route, state, body, connection)
  } finally {
    // Ends the connection too where the reader just stops reading.
    connection.abort()
  }
}

type Body = ReadableStream<Uint8Array>

async function connect(
  route: JobRoute,
  seen: Seen,
  signal: AbortSignal,
): Promise<Body | StreamEnd> {
  const headers: Record<string, string> = { accept: 'text/event-stream' }
  if (seen.cursor !== null) headers['last-event-id'] = String(seen.cursor)
  // Not repeated here: whoever follows the job counts failures over all its connections.
  const request = jobRequest(route, 'GET', '/events', { headers, signal, repeatable: false })
  return route.transport.send(request, judge)
}

async function judge(response: Response): Promise<Body | StreamEnd> {
  if (response.status === 204) return 'over'
  if (response.ok && isEventStream(response) && response.body !== null) return response.body
  if (response.ok) return refuse(response)
  if ([404, 405, 406, 501].includes(response.status)) return judgeMissing(response)
  throw await readProblem(response)
}

/** A route that is not there is not the same as a job that is not there. */
async function judgeMissing(response: Response): Promise<StreamEnd> {
  const error = await readProblem(response)
  if (error.code === 'job-not-found') throw error
  return 'unavailable'
}

async function refuse(response: Response): Promise<StreamEnd> {
  await response.body?.cancel()
  return 'unavailable'
}

async function* readBody(
  route: JobRoute,
  state: StreamState,
  body: Body,
  connection: AbortController,
): AsyncGenerator<JobEvent, StreamEnd> {
  const reader = body.getReader()
  const parser = createSseParser()
  for (let spoke = false; ;) {
    const chunk = await readChunk(route, reader, connection)
    if (chunk === 'silent') return spoke ? 'cut' : 'unavailable'
    if (chunk === 'cut') return spoke ? 'cut' : 'mute'
    spoke = true
    if (yield* readMessages(state, parser, chunk)) return 'over'
    state.alive()
  }
}

/** Gives the next bytes, or how the stream ended. */
async function readChunk(
  route: JobRoute,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  connection: AbortController,
): Promise<Uint8Array | 'silent' | 'cut'> {
  const next = reader.read().then(
    ({ value }) => value ?? 'cut',
    () => 'cut' as const,
  )
  return unlessSilent(route, connection, next)
}

/** Ends the connection when nothing comes for too long; the time runs only while we wait. */
async function unlessSilent<T>(
  route: JobRoute,
  connection: AbortController,
  work: Promise<T>,
): Promise<T | 'silent'> {
  let silent = false
  const cancel = route.transport.clock.after(silenceMs, () => {
    silent = true
    connection.abort()
  })
  try {
    const value = await work
    return silent ? 'silent' : value
  } catch (error) {
    if (silent) return 'silent'
    throw error
  } finally {
    cancel()
  }
}

/** Gives the events in some bytes, and whether the last of them is the final one. */
function* readMessages(
  state: StreamState,
  parser: SseParser,
  chunk: Uint8Array,
): Generator<JobEvent, boolean> {
  for (const message of parser.push(chunk)) {
    const event = readEvent(state.seen, message)
    if (event !== null) yield event
    if (event !== null && isFinalEvent(event)) return true
  }
  state.retryMs = parser.retryMs ?? state.retryMs
  return false
}

/** Whether a broken stream may be tried again: it spoke nonsense, or the network failed. */
export const isBrokenStream = (error: unknown): boolean =>
  error instanceof ConnectionError || error instanceof SyntaxError || error instanceof RangeError
