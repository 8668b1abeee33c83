import { hopByHopHeaders, notForwardedHeaders } from '../../core/connection-headers.ts'
import type { Trace } from '../../core/job.ts'
import type { Headers } from '../../core/payload.ts'

/**
 * The media type is kept with the result itself. The length says something where HEAD was asked.
 * What answers say of the call to Buzzer is not the upstream's to say.
 */
const notKept: ReadonlySet<string> = new Set([
  ...hopByHopHeaders,
  'content-type',
  'idempotency-replayed',
  'preference-applied',
  'set-cookie',
])

export const headerOf = (headers: Headers, name: string): string | null =>
  headers.find(([key]) => key === name)?.[1] ?? null

/** The stored headers of a call that may go to the upstream; checked again, whoever stored them. */
export const forwarded = (headers: Headers): Headers =>
  less(headers, notForwardedHeaders).filter(
    ([name]) => !name.startsWith('buzzer-') && !name.startsWith('callback-'),
  )

/** The headers of an answer that are kept with its result. */
export const kept = (headers: Headers): Headers => less(headers, notKept)

/** @param extra replaces whatever has the same name */
export function withHeaders(headers: Headers, extra: Headers): Headers {
  const replaced = new Set(extra.map(([name]) => name))
  return [...headers.filter(([name]) => !replaced.has(name)), ...extra]
}

function less(headers: Headers, names: ReadonlySet<string>): Headers {
  const named = new Set(
    headers
      .filter(([name]) => name === 'connection')
      .flatMap(([, value]) => value.split(',').map((option) => option.trim().toLowerCase())),
  )
  return headers.filter(([name]) => !names.has(name) && !named.has(name))
}

/** W3C Trace Context. */
export const traceHeaders = ({ traceparent, tracestate }: Trace): Headers =>
  tracestate === null
    ? [['traceparent', traceparent]]
    : [
        ['traceparent', traceparent],
        ['tracestate', tracestate],
      ]
