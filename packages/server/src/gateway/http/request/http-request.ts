import type { FastifyRequest } from 'fastify'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { BlobRef } from '../../../core/payload.ts'
import type { Caller } from '../../../core/scope.ts'

/** A request of our own API as a route gets it, after its caller was let in. */
export interface HttpRequest {
  readonly method: string
  /** Path and query, exactly as received. */
  readonly target: string
  readonly params: Readonly<Record<string, string>>
  /** Made when it is asked for, as is `closed`: most requests need neither. */
  query(): URLSearchParams
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders
  /** The names and values one after the other, as they came. */
  readonly rawHeaders: readonly string[]
  /** Null where there was none. */
  readonly body: Uint8Array | null
  /** Where the body is, if it was too large to be held; `body` is null then. */
  readonly blob: BlobRef | null
  readonly caller: Caller
  /** Aborted when the connection closes before the answer is complete. */
  closed(): AbortSignal
}

export function createHttpRequest(
  { method, url, params, headers, raw, body }: FastifyRequest,
  response: ServerResponse,
  caller: Caller,
): HttpRequest {
  let query: URLSearchParams | null = null
  let closed: AbortSignal | null = null
  return {
    method,
    target: url,
    params: params as Readonly<Record<string, string>>,
    headers,
    rawHeaders: raw.rawHeaders,
    body: body instanceof Uint8Array && body.byteLength > 0 ? body : null,
    blob: body instanceof Uint8Array ? null : ((body as BlobRef | null | undefined) ?? null),
    caller,
    query: () => (query ??= new URLSearchParams(url.slice(pathOf(url).length))),
    closed: () => (closed ??= closedSignal(response)),
  }
}

function closedSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  if (response.closed) controller.abort()
  else response.once('close', () => controller.abort())
  return controller.signal
}

/** The path without the query, which is what a problem is about. */
export const pathOf = (target: string): string => {
  const end = target.indexOf('?')
  return end === -1 ? target : target.slice(0, end)
}
