import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources'
import {
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
} from '@opentelemetry/sdk-trace'
import type { Headers } from '../../core/payload.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { Outbound } from '../../ports/outbound.ts'
import type { Random } from '../../ports/random.ts'
import type { Telemetry } from '../../ports/telemetry.ts'
import type { Tracing } from '../../ports/tracing.ts'
import { createSpans } from './create-spans.ts'
import { createLossReport } from './loss-report.ts'
import { createSpanSender } from './send-spans.ts'
import { createSpanQueue } from './span-queue.ts'

export interface TracingOptions {
  readonly endpoint: string
  readonly headers: Headers
  readonly gzip: boolean
  readonly timeoutMs: number
  readonly sampling: { readonly followsParent: boolean; readonly ratio: number }
  readonly resource: Readonly<Record<string, string>>
  readonly queue: { readonly spans: number; readonly batch: number; readonly delayMs: number }
  readonly version: string
  /** This process, as leases name it. */
  readonly node: string
  readonly outbound: Outbound
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly telemetry: Pick<Telemetry, 'spansLost'>
}

export interface OpenTracing extends AsyncDisposable {
  readonly tracing: Tracing
  /** Sends what is left, as far as the time goes. */
  flush(withinMs: number): Promise<void>
}

/** One value must not be what fills the memory, whatever a handler says of its spans. */
const maxValueLength = 4_096

/**
 * Opens OpenTelemetry: spans go to an OTLP endpoint. It becomes the process' own where there is
 * none yet, so that what handlers trace with `@opentelemetry/api` are children of their attempt.
 */
export function openTracing(options: TracingOptions): OpenTracing {
  const { clock, version, queue: terms } = options
  const ending = new AbortController()
  const losses = createLossReport(options)
  const send = createSpanSender({ ...options, signal: ending.signal, failed: losses.failed })
  const queue = createSpanQueue({
    clock,
    maxSpans: terms.spans,
    batch: Math.min(terms.batch, terms.spans),
    delayMs: terms.delayMs,
    send,
    lost: losses.lost,
  })
  const provider = new TracerProvider({
    resource: defaultResource().merge(
      resourceFromAttributes({
        'service.version': version,
        'service.instance.id': options.node,
        ...options.resource,
      }),
    ),
    sampler: samplerOf(options.sampling),
    spanLimits: { attributeValueLengthLimit: maxValueLength },
    spanProcessors: [queue.processor],
  })
  const giveBack = becomeGlobal(provider)
  return {
    tracing: createSpans(provider.getTracer('buzzer', version)),
    async flush(withinMs) {
      const callOff = clock.after(withinMs, () => ending.abort())
      await queue.flush()
      callOff()
    },
    async [Symbol.asyncDispose]() {
      giveBack()
      ending.abort()
      await provider.shutdown()
      losses.end()
    },
  }
}

function samplerOf({ followsParent, ratio }: TracingOptions['sampling']): Sampler {
  const root = new TraceIdRatioBasedSampler(ratio)
  return followsParent ? new ParentBasedSampler({ root }) : root
}

/** Whoever was there before, as an instrumentation that was loaded first, stays. @returns the way back */
function becomeGlobal(provider: TracerProvider): () => void {
  const manager = new AsyncLocalStorageContextManager().enable()
  const taken = [
    context.setGlobalContextManager(manager) ? context : null,
    propagation.setGlobalPropagator(new W3CTraceContextPropagator()) ? propagation : null,
    trace.setGlobalTracerProvider(provider) ? trace : null,
  ]
  return () => {
    for (const api of taken) api?.disable()
    manager.disable()
  }
}
