import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Headers } from '../../core/payload.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Outbound, OutboundOutcome } from '../../ports/outbound.ts'
import type { Random } from '../../ports/random.ts'

export interface SendSpansOptions {
  readonly endpoint: string
  readonly headers: Headers
  readonly gzip: boolean
  /** For one export with all its tries, in milliseconds. */
  readonly timeoutMs: number
  readonly outbound: Outbound
  readonly clock: Clock
  readonly random: Random
  /** Aborted when there is no time any more. */
  readonly signal: AbortSignal
  /** Why an export failed. */
  failed(why: string): void
}

/** What the collector has to say about an export is short. */
const maxAnswerBytes = 65_536
const firstPauseMs = 500
/** Passing refusals, as OTLP/HTTP names them; any other answer but success is final. */
const passing = new Set([429, 502, 503, 504])

/**
 * Sends spans by OTLP/HTTP 1.x as protobuf, and again after what may pass.
 *
 * @returns whether they arrived
 */
export function createSpanSender(
  options: SendSpansOptions,
): (spans: readonly ReadableSpan[]) => Promise<boolean> {
  const { clock, random, signal, timeoutMs } = options
  // Whatever else is instrumented in this process: to send spans must not make more of them.
  const quiet = suppressTracing(ROOT_CONTEXT)

  const send = async (spans: readonly ReadableSpan[]): Promise<boolean> => {
    const body = await encode(spans, options.gzip)
    const until = clock.monotonic() + timeoutMs
    for (let pauseMs = firstPauseMs; ; pauseMs *= 2) {
      const leftMs = until - clock.monotonic()
      const outcome = await post(options, body, Math.max(1, leftMs))
      const failure = failureOf(outcome)
      if (failure === null) return true
      const waitMs = failure.retryAfterMs ?? pauseMs * (0.5 + random.fraction())
      if (!failure.passing || waitMs >= until - clock.monotonic() || signal.aborted) {
        options.failed(failure.why)
        return false
      }
      await pause(clock, waitMs, signal)
    }
  }

  return (spans) =>
    context.with(quiet, send, undefined, spans).catch((fault: unknown) => {
      options.failed(fault instanceof Error ? fault.message : String(fault))
      return false
    })
}

async function encode(spans: readonly ReadableSpan[], compress: boolean): Promise<Uint8Array> {
  const body = ProtobufTraceSerializer.serializeRequest([...spans])
  if (body === undefined) throw new Error('The spans could not be encoded.')
  return compress ? promisify(gzip)(body) : body
}

const post = (
  { outbound, endpoint, headers, gzip: compressed, signal }: SendSpansOptions,
  body: Uint8Array,
  timeoutMs: number,
): Promise<OutboundOutcome> =>
  outbound.call({
    method: 'POST',
    url: endpoint,
    headers: [
      ['content-type', 'application/x-protobuf'],
      ...(compressed ? [['content-encoding', 'gzip'] as const] : []),
      ...headers,
    ],
    body,
    timeoutMs,
    maxBytes: maxAnswerBytes,
    signal,
  })

interface Failure {
  readonly why: string
  readonly passing: boolean
  readonly retryAfterMs: number | null
}

function failureOf(outcome: OutboundOutcome): Failure | null {
  if (outcome.kind === 'failed') {
    const { detail, reason } = outcome.failure
    return {
      why: detail,
      passing: reason === 'unreachable' || reason === 'broken',
      retryAfterMs: null,
    }
  }
  const { status, headers } = outcome.answer
  if (status >= 200 && status < 300) return null
  const [, seconds] = headers.find(([name]) => name === 'retry-after') ?? []
  const named = seconds !== undefined && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1_000 : null
  return {
    why: `The collector answered ${status}.`,
    passing: passing.has(status),
    retryAfterMs: named,
  }
}

/** Leaves no listener behind: the signal is there as long as the server, however often it pauses. */
function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = (): void => resolve()
  const callOff = clock.after(delayMs, stop)
  signal.addEventListener('abort', stop, { once: true })
  return promise.finally(() => {
    callOff()
    signal.removeEventListener('abort', stop)
  })
}
