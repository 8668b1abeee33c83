import type { Attempt } from '../../ports/runner.ts'
import type { Random } from '../../ports/random.ts'
import type { Headers, Input, UpstreamRequest } from '../../core/payload.ts'
import { forwarded, headerOf, traceHeaders, withHeaders } from './headers.ts'

/** A call as it goes to an upstream, less credentials. */
export interface UpstreamCall {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body: Uint8Array | null
}

/** The stored call again, byte for byte, with the same `Idempotency-Key` on every attempt. */
export function replay(
  baseUrl: string,
  attempt: Attempt,
  input: Input & { readonly request: UpstreamRequest },
  random: Random,
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
      ...traceHeaders(attempt.job.trace, random),
    ]),
    body: input.body.byteLength === 0 ? null : input.body,
  }
}

/** A look at an asynchronous answer; nothing of the caller's goes along but the trace. */
export const lookAt = (url: string, accept: string, attempt: Attempt, random: Random) =>
  ({
    method: 'GET',
    url,
    headers: [['accept', accept], ...traceHeaders(attempt.job.trace, random)],
    body: null,
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
