import type { Trace } from '../../core/job.ts'
import type { Attempt } from '../../ports/runner.ts'
import {
  isBlob,
  sizeOf,
  type Body,
  type Headers,
  type Input,
  type UpstreamRequest,
} from '../../core/payload.ts'
import type { OutboundRequest } from '../../ports/outbound.ts'
import { forwarded, headerOf, withHeaders } from './headers.ts'

/** A call as it goes to an upstream, less credentials. */
export interface UpstreamCall {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body: OutboundRequest['body']
  /** What it is part of. */
  readonly trace: Trace | null
  /** How often it was sent before. */
  readonly resent: number
}

/** The stored call again, byte for byte, with the same `Idempotency-Key` on every attempt. */
export function replay(
  baseUrl: string,
  attempt: Attempt,
  input: Input & { readonly request: UpstreamRequest },
): UpstreamCall {
  const { request } = input
  const headers = forwarded(request.headers)
  const contentType: Headers =
    input.mediaType === null || headerOf(headers, 'content-type') !== null
      ? []
      : [['content-type', input.mediaType]]
  return {
    method: request.method,
    url: joinTarget(baseUrl, request.target),
    headers: withHeaders(headers, [
      ...contentType,
      ['idempotency-key', headerOf(request.headers, 'idempotency-key') ?? attempt.job.id],
    ]),
    body: outgoing(attempt, input.body),
    trace: attempt.trace,
    resent: attempt.job.attempt - 1,
  }
}

function outgoing({ blobs }: Attempt, body: Body): UpstreamCall['body'] {
  if (sizeOf(body) === 0) return null
  return isBlob(body) ? { size: body.size, open: () => blobs.read(body) } : body
}

/** A look at an asynchronous answer; nothing of the caller's goes along but the trace. */
export const lookAt = (url: string, accept: string, attempt: Attempt) =>
  ({
    method: 'GET',
    url,
    headers: [['accept', accept]],
    body: null,
    trace: attempt.trace,
    resent: 0,
  }) satisfies UpstreamCall

/** @param target path and query, exactly as they were received */
const joinTarget = (baseUrl: string, target: string): string =>
  baseUrl.replace(/\/$/, '') + escapeBytes(target)

/** A request line came as bytes, each one a character here; those beyond ASCII go as escapes. */
const escapeBytes = (target: string): string =>
  target.replaceAll(
    /[\u0080-\u00ff]/g,
    (byte) => `%${(byte.codePointAt(0) ?? 0).toString(16).toUpperCase()}`,
  )

const idempotentMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'QUERY'])

/** RFC 9110, section 9.2.2. */
export const isIdempotent = (method: string): boolean => idempotentMethods.has(method)
