import type { Trace } from '../../core/job.ts'
import { childOf, formatTraceparent, parseTraceparent } from '../../core/trace.ts'
import type { Outbound, OutboundOutcome, Spill } from '../../ports/outbound.ts'
import type { Random } from '../../ports/random.ts'
import type { CallSpan, Tracing } from '../../ports/tracing.ts'
import { traceHeaders, withHeaders } from './headers.ts'
import type { UpstreamCall } from './request.ts'

export interface SendDeps {
  readonly outbound: Outbound
  readonly random: Random
  readonly tracing: Tracing | null
}

export interface AskTerms {
  readonly timeoutMs: number
  readonly maxBytes: number
  readonly spill?: Spill
  readonly signal: AbortSignal
}

/** Sends a call under a span of its own, which the upstream gets as the parent of its spans. */
export async function send(
  { outbound, random, tracing }: SendDeps,
  call: UpstreamCall,
  terms: AskTerms,
): Promise<OutboundOutcome> {
  const span = tracing?.call(call, call.trace) ?? null
  const trace = span === null ? ownSpan(call.trace, random) : span.trace
  const headers = trace === null ? call.headers : withHeaders(call.headers, traceHeaders(trace))
  const { method, url, body } = call
  const outcome = await outbound.call({ method, url, headers, body, ...terms })
  span?.end(endOf(outcome))
  return outcome
}

const endOf = (outcome: OutboundOutcome): Parameters<CallSpan['end']>[0] =>
  outcome.kind === 'answered' ? outcome.answer.status : outcome.failure.reason

/** Where we record nothing ourselves, each call still is a span, which the upstream can tell. */
function ownSpan(trace: Trace | null, random: Random): Trace | null {
  const parent = trace === null ? null : parseTraceparent(trace.traceparent)
  if (trace === null || parent === null) return trace
  return { ...trace, traceparent: formatTraceparent(childOf(parent, random.bytes(8))) }
}
