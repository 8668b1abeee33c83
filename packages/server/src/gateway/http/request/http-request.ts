import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { isBlob, type BlobRef, type Body } from '../../../core/payload.ts'
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

/** A request as Node gives it. */
export interface Received {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** The values of the names in its path, decoded. */
  readonly params: Readonly<Record<string, string>>
}

/** Both are there in every request that a server gets. */
export const methodOf = ({ method = '' }: IncomingMessage): string => method
export const targetOf = ({ url = '' }: IncomingMessage): string =>
  url.startsWith('/') ? url : withoutOrigin(url)

/** A proxy names the whole address, which every server has to take (RFC 9112, section 3.2.2). */
function withoutOrigin(url: string): string {
  const [, rest] = /^https?:\/\/[^/?#]*(.*)$/is.exec(url) ?? []
  if (rest === undefined) return url
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** @param body with no bytes it is none */
export function createHttpRequest(
  { request, response, params }: Received,
  caller: Caller,
  body: Body | null,
): HttpRequest {
  const target = targetOf(request)
  const isApart = body !== null && isBlob(body)
  let query: URLSearchParams | null = null
  let closed: AbortSignal | null = null
  return {
    method: methodOf(request),
    target,
    params,
    headers: request.headers,
    rawHeaders: request.rawHeaders,
    body: isApart || body === null || body.byteLength === 0 ? null : body,
    blob: isApart ? body : null,
    caller,
    query: () => (query ??= new URLSearchParams(target.slice(pathOf(target).length))),
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
