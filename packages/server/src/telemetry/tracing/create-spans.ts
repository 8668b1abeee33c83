import {
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Span,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api'
import type { Running } from '../../core/job.ts'
import type { Millis } from '../../core/time.ts'
import type { AcceptSpan, CallSpan, RunSpan, Tracing } from '../../ports/tracing.ts'
import { callAttributes, httpMethod, incomingAttributes, jobAttributes } from './attributes.ts'
import { contextBelow, spanContextOf, traceOf } from './trace-context.ts'

/** Makes the spans of jobs, named and described by the semantic conventions of OpenTelemetry. */
export const createSpans = (tracer: Tracer): Tracing => ({
  accept: (call, parent) => {
    const options = { kind: SpanKind.SERVER, attributes: incomingAttributes(call) }
    const below = contextBelow(spanContextOf(parent))
    return acceptSpan(tracer.startSpan(`accept ${call.operation ?? 'batch'}`, options, below))
  },
  run(job, dueAt) {
    const parent = spanContextOf(job.trace)
    const span = startRun(tracer, job, parent)
    if (span.isRecording() && dueAt !== null)
      addWait(tracer, job, parent ?? span.spanContext(), dueAt)
    return runSpan(span)
  },
  schedule(operation) {
    const attributes = { 'buzzer.operation': operation }
    const options = { kind: SpanKind.PRODUCER, attributes }
    const span = tracer.startSpan(`schedule ${operation}`, options, ROOT_CONTEXT)
    span.end()
    return traceOf(span.spanContext())
  },
  call(request, parent) {
    const options = { kind: SpanKind.CLIENT, attributes: callAttributes(request) }
    const below = contextBelow(spanContextOf(parent))
    return callSpan(tracer.startSpan(httpMethod(request.method).name, options, below))
  },
})

function acceptSpan(span: Span): AcceptSpan {
  return {
    trace: traceOf(span.spanContext()),
    accepted(id, replayed) {
      span.setAttribute(id.startsWith('bat_') ? 'buzzer.batch.id' : 'buzzer.job.id', id)
      // What the caller waits for after this moment is the result, not the acceptance.
      span.addEvent(replayed ? 'replayed' : 'accepted')
    },
    end(status) {
      if (status === null) span.setStatus({ code: SpanStatusCode.ERROR })
      else endHttp(span, status, 500)
      span.end()
    },
  }
}

/**
 * The job's own trace is its parent, and linked as well: it is what created the message, as the
 * conventions for messaging ask, also for those who show a run as a trace of its own.
 */
function startRun(tracer: Tracer, job: Running, parent: SpanContext | null): Span {
  const looks = job.monitor !== null
  const name = looks ? 'look' : 'run'
  return tracer.startSpan(
    `${name} ${job.operation}`,
    {
      kind: SpanKind.CONSUMER,
      attributes: {
        ...jobAttributes(job),
        'messaging.operation.name': name,
        'messaging.operation.type': 'process',
      },
      links: parent === null ? [] : [{ context: parent }],
    },
    contextBelow(parent),
  )
}

/** From when the job could have run until now: known only afterwards, so it is made at its end. */
function addWait(tracer: Tracer, job: Running, parent: SpanContext, dueAt: Millis): void {
  const attributes = { ...jobAttributes(job), 'messaging.operation.name': 'wait' }
  const options = { kind: SpanKind.INTERNAL, attributes, startTime: dueAt }
  const span = tracer.startSpan(`wait ${job.operation}`, options, contextBelow(parent))
  // A look begins later than the attempt that it belongs to.
  if (job.monitor === null) span.end(Math.max(dueAt, job.attemptStartedAt))
  else span.end()
}

function runSpan(span: Span): RunSpan {
  return {
    trace: traceOf(span.spanContext()),
    within: (work) => context.with(trace.setSpan(ROOT_CONTEXT, span), work),
    end(outcome, error) {
      span.setAttribute('buzzer.outcome', outcome)
      if (error !== null) {
        span.setAttribute('error.type', error)
        span.setStatus({ code: SpanStatusCode.ERROR, message: error })
      } else if (outcome === 'lost')
        span.setStatus({ code: SpanStatusCode.ERROR, message: outcome })
      span.end()
    },
  }
}

function callSpan(span: Span): CallSpan {
  return {
    trace: traceOf(span.spanContext()),
    end(outcome) {
      if (typeof outcome === 'number') endHttp(span, outcome, 400)
      else {
        span.setAttribute('error.type', outcome)
        span.setStatus({ code: SpanStatusCode.ERROR, message: outcome })
      }
      span.end()
    },
  }
}

/** @param leastError for whoever asks, all from 400 on is an error; for whoever answers, its own */
function endHttp(span: Span, status: number, leastError: number): void {
  span.setAttribute('http.response.status_code', status)
  if (status < leastError) return
  span.setAttribute('error.type', String(status))
  span.setStatus({ code: SpanStatusCode.ERROR })
}
