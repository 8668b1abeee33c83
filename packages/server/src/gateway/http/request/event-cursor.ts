import { parseSequence, type Problem } from '@buzzer/contract'
import { invalidHeader, invalidParameter } from './header-problem.ts'
import type { HttpRequest } from './http-request.ts'
import { refuseParameters } from './known-parameters.ts'
import { mediaWeights } from './media-weights.ts'

/** Whether this caller takes Server-Sent Events. */
export function acceptsEvents({ headers }: HttpRequest): boolean {
  if (headers.accept === undefined) return true
  const weights = mediaWeights(headers.accept)
  // The range that is most exact counts.
  const range = ['text/event-stream', 'text/*', '*/*'].find((each) => weights.has(each))
  return range !== undefined && weights.get(range) !== 0
}

/** Whether this caller would rather have a page of events as JSON: it names that before a stream. */
export function wantsPage({ headers }: HttpRequest): boolean {
  const weights = mediaWeights(headers.accept ?? '')
  const weightOf = (range: string): number => weights.get(range) ?? 0
  const page = Math.max(...pageRanges.map(weightOf))
  return page > weightOf('text/event-stream')
}

const pageRanges = ['application/json', 'application/cloudevents-batch+json', 'application/*']

/** What a reader of events may ask for in the query; see `readCursor`. */
export const cursorParameters = ['since', 'lastEventId', 'ticket'] as const

/**
 * Where a reader of a channel goes on. `Last-Event-ID` of a reconnect goes before the `since` that
 * stands in the URL for ever; stand-ins for EventSource write it into the query where a header would
 * cost a browser a preflight request.
 *
 * @returns null where it names no place
 */
export function readCursor({ headers, query }: HttpRequest): number | null | Problem {
  const last = headers['last-event-id']?.toString() ?? query().get('lastEventId') ?? ''
  if (last !== '') {
    return parseSequence(last) ?? invalidHeader('Last-Event-ID', 'takes the id of an event of ours')
  }
  const since = query().get('since')
  if (since === null) return null
  return parseSequence(since) ?? invalidParameter('since', 'takes the sequence of an event of ours')
}

export const isCursorProblem = (cursor: number | null | Problem): cursor is Problem =>
  typeof cursor === 'object' && cursor !== null

/**
 * Where a stream of what can be polled as well goes on; nothing else can be asked of one.
 *
 * @param polled what is polled instead
 */
export function readStreamCursor(
  request: HttpRequest,
  polled: 'job' | 'batch',
): number | null | Problem {
  if (!acceptsEvents(request)) return notAcceptable(polled)
  return refuseParameters(request.query(), cursorParameters) ?? readCursor(request)
}

const notAcceptable = (polled: string): Problem => ({
  code: 'not-acceptable',
  detail:
    `Events are served as text/event-stream. Send \`Accept: text/event-stream\`, or poll the ${polled} ` +
    'with `Prefer: wait=30` and `If-None-Match`.',
})

export const eventStreamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
}
