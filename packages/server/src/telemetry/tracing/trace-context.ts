import { ROOT_CONTEXT, trace, type Context, type SpanContext } from '@opentelemetry/api'
import { TraceState } from '@opentelemetry/core'
import type { Trace } from '../../core/job.ts'
import { formatTraceparent, parseTraceparent } from '../../core/trace.ts'

/** A span as those who carry it know it: W3C Trace Context. */
export const traceOf = ({ traceId, spanId, traceFlags, traceState }: SpanContext): Trace => ({
  traceparent: formatTraceparent({
    version: '00',
    traceId,
    parentId: spanId,
    flags: traceFlags,
  }),
  tracestate: serialized(traceState),
})

/** @returns null where it is no valid trace, which counts as none */
export function spanContextOf(carried: Trace | null): SpanContext | null {
  const parent = carried === null ? null : parseTraceparent(carried.traceparent)
  if (carried === null || parent === null) return null
  const { traceId, parentId: spanId, flags: traceFlags } = parent
  const { tracestate } = carried
  const context = { traceId, spanId, traceFlags, isRemote: true }
  return tracestate === null ? context : { ...context, traceState: new TraceState(tracestate) }
}

/** Nothing but the parent: what happens to be active here may belong to another job. */
export const contextBelow = (parent: SpanContext | null): Context =>
  parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent)

/** One that holds nothing is none. */
function serialized(state: SpanContext['traceState']): string | null {
  const text = state?.serialize() ?? ''
  return text === '' ? null : text
}
