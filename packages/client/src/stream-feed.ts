import { isEventStream, readProblem } from './answer.ts'
import { anySignal } from './clock.ts'
import { ConnectionError } from './error.ts'
import type { Feed, FeedMessage } from './feed.ts'
import { offsetIn } from './socket/message.ts'
import { createSseParser, type SseMessage, type SseParser } from './sse-parser.ts'
import type { Transport } from './transport.ts'

/** How one connection ended. */
export type StreamEnd =
  /** The final event came, or the server says that the reader has it already. */
  | 'over'
  /** It broke off, after at least one byte. */
  | 'cut'
  /** It broke off without a byte. */
  | 'mute'
  /** Not a byte came for too long. */
  | 'silent'
  /** There is no event stream to be had here. */
  | 'unavailable'

export interface StreamState {
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

/** Reads one connection's worth of events. */
export async function* streamFeed<Event>(
  feed: Feed<Event>,
  state: StreamState,
  signal: AbortSignal | undefined,
): AsyncGenerator<Event, StreamEnd> {
  const connection = new AbortController()
  try {
    const opening = connect(feed, anySignal(signal, connection.signal))
    const body = await unlessSilent(feed.transport, connection, opening)
    if (typeof body === 'string') return body
    return yield* readBody(feed, state, body, connection)
  } finally {
    // Ends the connection too where the reader just stops reading.
    connection.abort()
  }
}

type Body = ReadableStream<Uint8Array>

async function connect<Event>(feed: Feed<Event>, signal: AbortSignal): Promise<Body | StreamEnd> {
  await feed.prepare?.(signal)
  const headers: Record<string, string> = { accept: 'text/event-stream' }
  if (feed.cursor !== null) headers['last-event-id'] = String(feed.cursor)
  // Not repeated here: whoever follows the feed counts failures over all its connections.
  const request = { ...feed.open(headers, signal), repeatable: false }
  return feed.transport.send(request, (response) => judge(response, feed.notFound))
}

async function judge(response: Response, notFound: string): Promise<Body | StreamEnd> {
  if (response.status === 204) return 'over'
  if (response.ok && isEventStream(response) && response.body !== null) return response.body
  if (response.ok) return refuse(response)
  if ([404, 405, 406, 501].includes(response.status)) return judgeMissing(response, notFound)
  throw await readProblem(response)
}

/** A route that is not there is not the same as a job that is not there. */
async function judgeMissing(response: Response, notFound: string): Promise<StreamEnd> {
  const error = await readProblem(response)
  if (error.code === notFound) throw error
  return 'unavailable'
}

async function refuse(response: Response): Promise<StreamEnd> {
  await response.body?.cancel()
  return 'unavailable'
}

async function* readBody<Event>(
  feed: Feed<Event>,
  state: StreamState,
  body: Body,
  connection: AbortController,
): AsyncGenerator<Event, StreamEnd> {
  const reader = body.getReader()
  const parser = createSseParser()
  for (let spoke = false; ;) {
    const chunk = await readChunk(feed.transport, reader, connection)
    if (chunk === 'silent') return spoke ? 'cut' : 'silent'
    if (chunk === 'cut') return spoke ? 'cut' : 'mute'
    spoke = true
    if (yield* readMessages(feed, state, parser, chunk)) return 'over'
    state.alive()
  }
}

/** Gives the next bytes, or how the stream ended. */
async function readChunk(
  transport: Transport,
  reader: ReadableStreamDefaultReader<Uint8Array>,
  connection: AbortController,
): Promise<Uint8Array | 'silent' | 'cut'> {
  const next = reader.read().then(
    ({ value }) => value ?? 'cut',
    () => 'cut' as const,
  )
  return unlessSilent(transport, connection, next)
}

/** Ends the connection when nothing comes for too long; the time runs only while we wait. */
async function unlessSilent<T>(
  { clock }: Transport,
  connection: AbortController,
  work: Promise<T>,
): Promise<T | 'silent'> {
  let silent = false
  const cancel = clock.after(silenceMs, () => {
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

/** @throws SyntaxError where it carries no JSON object */
function parsed({ parse }: Transport, message: SseMessage): FeedMessage {
  const data = parse(message.data)
  if (typeof data === 'object' && data !== null) return { ...message, data }
  throw new SyntaxError('An event without members')
}

/** Gives the events in some bytes, and whether the last of them is the final one. */
function* readMessages<Event>(
  feed: Feed<Event>,
  state: StreamState,
  parser: SseParser,
  chunk: Uint8Array,
): Generator<Event, boolean> {
  for (const message of parser.push(chunk)) {
    const event = feed.read(parsed(feed.transport, message))
    if (event !== null) yield event
    if (event !== null && feed.isFinal(event)) return true
  }
  feed.begin(offsetIn(parser.lastId))
  state.retryMs = parser.retryMs ?? state.retryMs
  return false
}

/** Whether a broken stream may be tried again: it spoke nonsense, or the network failed. */
export const isBrokenStream = (error: unknown): boolean =>
  error instanceof ConnectionError || error instanceof SyntaxError || error instanceof RangeError
