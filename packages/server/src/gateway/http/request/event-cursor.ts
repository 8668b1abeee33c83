import { parseSequence, type Problem } from '@buzzer/contract'
import { invalidHeader, invalidParameter } from './header-problem.ts'
import type { HttpRequest } from './http-request.ts'

/** Whether this caller takes Server-Sent Events. */
export const acceptsEvents = ({ headers }: HttpRequest): boolean =>
  headers.accept === undefined || /text\/event-stream|text\/\*|\*\/\*/i.test(headers.accept)

/**
 * Where a reader of a channel goes on. `Last-Event-ID` of a reconnect goes before the `since` that
 * stands in the URL for ever.
 *
 * @returns null where it names no place
 */
export function readCursor({ headers, query }: HttpRequest): number | null | Problem {
  const last = headers['last-event-id']?.toString()
  if (last !== undefined && last !== '') {
    return parseSequence(last) ?? invalidHeader('Last-Event-ID', 'takes the id of an event of ours')
  }
  const since = query().get('since')
  if (since === null) return null
  return parseSequence(since) ?? invalidParameter('since', 'takes the sequence of an event of ours')
}

export const eventStreamHeaders = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
}
