import type { Trace } from './job.ts'

/** A position in a trace: the value of `traceparent` in W3C Trace Context, level 1. */
export interface TraceParent {
  /** Two hex digits; a later version than ours is read as far as we know it. */
  readonly version: string
  /** 32 hex digits, not all zero. */
  readonly traceId: string
  /** The span that called us: 16 hex digits, not all zero. */
  readonly parentId: string
  /** Eight bits; the lowest says that the caller records this trace. */
  readonly flags: number
}

const pattern = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/
const invalidTraceId = '0'.repeat(32)
const invalidSpanId = '0'.repeat(16)

/**
 * Reads a `traceparent` header.
 *
 * @returns null where it is not valid, which the standard says to treat as if there were none
 */
export function parseTraceparent(header: string): TraceParent | null {
  const [, version = 'ff', traceId = '', parentId = '', flags = '', rest] =
    pattern.exec(header.trim()) ?? []
  if (version === 'ff' || traceId === invalidTraceId || parentId === invalidSpanId) return null
  // Only later versions may carry more than the four fields.
  if (version === '00' && rest !== undefined) return null
  return { version, traceId, parentId, flags: Number.parseInt(flags, 16) }
}

/** What everybody has to be able to carry, in characters (W3C Trace Context, section 3.3.1.5). */
const longestState = 512
/** Entries that are longer go first where there is too much. */
const longEntry = 128

/**
 * Shortens a `tracestate` to what is carried: by whole entries, because half of one would say
 * something else to whose it is, and from the end, where the oldest stand.
 *
 * @returns null where nothing is left of it
 */
export function boundedState(header: string): string | null {
  if (header.length <= longestState) return header
  const entries = header.split(',').map((entry) => entry.trim())
  while (entries.join(',').length > longestState) {
    // Where none is long this gives -1, which is the last one.
    entries.splice(
      entries.findLastIndex((entry) => entry.length > longEntry),
      1,
    )
  }
  return entries.join(',') || null
}

/** Writes it in the version that we know, which is 00. */
export const formatTraceparent = (parent: TraceParent): string =>
  `00-${parent.traceId}-${parent.parentId}-${hex([parent.flags & 0b11])}`

/**
 * The same trace with a span of our own as the parent of what we call.
 *
 * @param spanId 8 unpredictable bytes
 */
export const childOf = (parent: TraceParent, spanId: Uint8Array): TraceParent => ({
  ...parent,
  version: '00',
  parentId: validId(spanId),
})

/**
 * Begins a trace where the caller brought none.
 *
 * @param random 24 unpredictable bytes: the trace's id and the first span's
 * @param sampled whether it is recorded
 */
export const newTrace = (random: Uint8Array, sampled: boolean): TraceParent => ({
  version: '00',
  traceId: validId(random.subarray(0, 16)),
  parentId: validId(random.subarray(16, 24)),
  flags: sampled ? 1 : 0,
})

/** How lines of a log name the span that they belong to. */
export interface TraceIds {
  readonly trace_id: string
  readonly span_id: string
}

/** @param trace as it was checked when it was taken, so that its fields stand where they stand */
export const traceIds = ({ traceparent }: Trace): TraceIds => ({
  trace_id: traceparent.slice(3, 35),
  span_id: traceparent.slice(36, 52),
})

/** The extensions of CloudEvents for distributed tracing. */
export interface TraceAttributes {
  readonly traceparent?: string
  readonly tracestate?: string
}

/** How an event carries a trace; one without a trace carries nothing. */
export const traceAttributes = (trace: Trace | null): TraceAttributes =>
  trace === null
    ? {}
    : {
        traceparent: trace.traceparent,
        ...(trace.tracestate === null ? {} : { tracestate: trace.tracestate }),
      }

const hex = (bytes: Iterable<number>): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** All zeros is no id; chance will not give it, but a broken source of it may. */
function validId(bytes: Uint8Array): string {
  const id = hex(bytes)
  return /^0+$/.test(id) ? `${id.slice(1)}1` : id
}
