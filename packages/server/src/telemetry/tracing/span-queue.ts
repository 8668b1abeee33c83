import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'
import type { Clock } from '../../ports/clock.ts'

export interface SpanQueueOptions {
  readonly clock: Clock
  /** Spans that wait to be sent; more are dropped and counted. */
  readonly maxSpans: number
  /** Spans in one export. */
  readonly batch: number
  /** How long a span waits for others at the most, in milliseconds. */
  readonly delayMs: number
  /** @returns whether they arrived; never rejects */
  send(spans: readonly ReadableSpan[]): Promise<boolean>
  /** Told how many spans are lost for good. */
  lost(count: number): void
}

export interface SpanQueue {
  readonly processor: SpanProcessor
  /** Sends what waits, until all of it went or the first failure. */
  flush(): Promise<void>
}

/**
 * Collects ended spans and sends them in batches, one at a time, so that a slow collector costs
 * bounded memory and no time. The SDK's own would send several at once at the end, and says
 * nothing of what it drops.
 */
export function createSpanQueue(options: SpanQueueOptions): SpanQueue {
  const { clock, maxSpans, batch, delayMs } = options
  let waiting: ReadableSpan[] = []
  let sending: Promise<boolean> | null = null
  let callOff: (() => void) | null = null
  /** After a failure the next export waits, however much there is to send. */
  let resting = false
  let closed = false

  const sendOne = async (): Promise<boolean> => {
    callOff?.()
    callOff = null
    const spans = waiting.splice(0, batch)
    const arrived = spans.length === 0 || (await options.send(spans))
    if (!arrived) options.lost(spans.length)
    resting = !arrived
    return arrived
  }

  const send = (): Promise<boolean> => {
    sending ??= sendOne().finally(() => {
      sending = null
      if (waiting.length > 0) schedule()
    })
    return sending
  }

  const schedule = (): void => {
    if (sending !== null || closed) return
    if (waiting.length >= batch && !resting) void send()
    else callOff ??= clock.after(delayMs, () => void send())
  }

  const flush = async (): Promise<void> => {
    while (sending !== null || waiting.length > 0) if (!(await send())) return
  }

  const close = async (): Promise<void> => {
    closed = true
    callOff?.()
    if (waiting.length > 0) options.lost(waiting.length)
    waiting = []
  }

  return {
    flush,
    processor: {
      onStart() {},
      onEnd(span) {
        if (closed || (span.spanContext().traceFlags & 1) === 0) return
        if (waiting.length >= maxSpans) return options.lost(1)
        waiting.push(span)
        schedule()
      },
      forceFlush: flush,
      shutdown: close,
    },
  }
}
