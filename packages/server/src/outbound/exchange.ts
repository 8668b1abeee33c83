import type { Dispatcher } from 'undici'
import type { Headers } from '../core/payload.ts'
import type { Clock } from '../ports/clock.ts'
import type { OutboundFailure, OutboundOutcome, OutboundRequest } from '../ports/outbound.ts'
import type { Breaks } from './breaks.ts'
import { AddressRejected, ConnectTimeout } from './connect.ts'
import { answerHeaders } from './headers.ts'
import type { Target } from './target.ts'

export interface ExchangeDeps {
  readonly dispatcher: Dispatcher
  readonly clock: Clock
  readonly breaks: Breaks
}

export interface Exchange {
  readonly target: Target
  readonly request: OutboundRequest
  readonly headers: Headers
  /** What is left of the request's own timeout. */
  readonly timeoutMs: number
  /** How long the answer's headers may take, from the start of the exchange. */
  readonly headersTimeoutMs: number
}

type Answering = { readonly status: number; readonly headers: Headers }

/**
 * One request and its answer. It ends with the first of: the whole answer, a failure of the
 * connection, a limit passed, the timeout, or the signal. Undici's own timers are coarse and
 * start again with every byte, so ours run beside it.
 */
export function exchange(
  { dispatcher, clock, breaks }: ExchangeDeps,
  { target, request, headers, timeoutMs, headersTimeoutMs }: Exchange,
): Promise<OutboundOutcome> {
  return new Promise((resolve) => {
    const body = createBody(request.maxBytes)
    let controller: Dispatcher.DispatchController | null = null
    let answering: Answering | null = null
    let ended = false

    const end = (outcome: OutboundOutcome): void => {
      if (ended) return
      ended = true
      for (const callOff of watches) callOff()
      request.signal.removeEventListener('abort', abort)
      resolve(outcome)
    }
    const stop = (failure: OutboundFailure): void => {
      end({ kind: 'failed', failure })
      controller?.abort(new Error(failure.detail))
    }
    // Undici starts a request in the moment in which it writes it.
    const sent = (): boolean => controller !== null
    const timeOut = (what: string) => () =>
      stop({ reason: 'timeout', detail: `${what} did not come in time.`, sent: sent() })
    const abort = (): void =>
      stop({ reason: 'aborted', detail: 'The call was called off.', sent: sent() })
    const breakOff = (): void => {
      end({ kind: 'failed', failure: brokenOff })
      // Undici must not be interrupted while it ends the answer; it may also be another's break.
      clock.after(0, () => controller?.abort(new Error(brokenOff.detail)))
    }
    const watches = [
      clock.after(timeoutMs, timeOut('The answer')),
      clock.after(headersTimeoutMs, () => answering ?? timeOut('The head of the answer')()),
    ]
    request.signal.addEventListener('abort', abort, { once: true })

    dispatcher.dispatch(
      {
        origin: target.origin,
        path: target.path,
        method: request.method,
        headers: headers.flat(),
        body: request.body,
      },
      {
        onRequestStart(started) {
          // It may have been called off while it waited for its connection: then nothing is sent.
          if (ended) started.abort(new Error('The call was called off.'))
          else controller = started
        },
        onResponseStart(started, status) {
          if (status < 200) return
          answering = { status, headers: answerHeaders(started.rawHeaders) }
          if (request.method !== 'HEAD' && announced(answering.headers) > request.maxBytes)
            stop(tooLarge(request.maxBytes))
          if (!ended && endsWithConnection(answering.headers))
            watches.push(breaks.watch(target.origin, breakOff))
        },
        onResponseData(_, chunk) {
          if (!ended && !body.add(chunk)) stop(tooLarge(request.maxBytes))
        },
        onResponseEnd() {
          if (answering !== null)
            end({ kind: 'answered', answer: { ...answering, body: body.whole() } })
        },
        onResponseError(_, error) {
          end({ kind: 'failed', failure: failureOf(error, sent()) })
        },
      },
    )
  })
}

function createBody(maxBytes: number) {
  const chunks: Uint8Array[] = []
  let length = 0
  return {
    /** @returns false where it would become too large */
    add(chunk: Uint8Array): boolean {
      length += chunk.byteLength
      if (length > maxBytes) return false
      chunks.push(chunk)
      return true
    },
    /** In memory of its own, so that no shared buffer is kept alive or passed on with it. */
    whole(): Uint8Array {
      const whole = new Uint8Array(length)
      let offset = 0
      for (const chunk of chunks) {
        whole.set(chunk, offset)
        offset += chunk.byteLength
      }
      return whole
    },
  }
}

const endsWithConnection = (headers: Headers): boolean =>
  headers.every(([name]) => name !== 'content-length' && name !== 'transfer-encoding')

const brokenOff: OutboundFailure = {
  reason: 'broken',
  detail: 'The connection broke off in the answer.',
  sent: true,
}

const announced = (headers: Headers): number =>
  Number(headers.find(([name]) => name === 'content-length')?.[1] ?? 0)

const tooLarge = (maxBytes: number): OutboundFailure => ({
  reason: 'too-large',
  detail: `The answer is larger than ${maxBytes} bytes.`,
  sent: true,
})

/** Names of what went wrong only, because messages of the system carry addresses. */
function failureOf(error: Error, sent: boolean): OutboundFailure {
  if (error instanceof AddressRejected)
    return { reason: 'rejected', detail: error.message, sent: false }
  if (error instanceof ConnectTimeout)
    return { reason: 'timeout', detail: error.message, sent: false }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  if (!sent)
    return { reason: 'unreachable', detail: `The connection did not open (${code}).`, sent: false }
  if (code === 'UND_ERR_HEADERS_OVERFLOW')
    return { reason: 'too-large', detail: 'The head of the answer is too large.', sent: true }
  return { reason: 'broken', detail: `The connection broke off (${code}).`, sent: true }
}
