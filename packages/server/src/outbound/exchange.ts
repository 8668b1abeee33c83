import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import { formatBytes } from '../core/bytes.ts'
import type { Body, Headers } from '../core/payload.ts'
import type { Clock } from '../ports/clock.ts'
import type {
  OutboundFailure,
  OutboundOutcome,
  OutboundRequest,
  OutgoingStream,
} from '../ports/outbound.ts'
import { createAnswerBody } from './answer-body.ts'
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
    let controller: Dispatcher.DispatchController | null = null
    let answering: Answering | null = null
    let ended = false
    const body = createAnswerBody({
      maxBytes: request.maxBytes,
      spill: request.spill ?? null,
      pause: () => controller?.pause(),
      resume: () => controller?.resume(),
      onFault: (fault) => stop(unkept(fault)),
    })

    const end = (outcome: OutboundOutcome): void => {
      if (ended) return
      ended = true
      for (const callOff of watches) callOff()
      request.signal.removeEventListener('abort', abort)
      if (outcome.kind === 'failed') body.drop(new Error(outcome.failure.detail))
      resolve(outcome)
    }
    const complete = (head: Answering): void => {
      const whole = body.whole()
      const finish = (kept: Body): void =>
        end({ kind: 'answered', answer: { ...head, body: kept } })
      // What fails while it is kept stops the exchange by itself.
      if (whole instanceof Promise) whole.then(finish, () => undefined)
      else finish(whole)
    }
    const isHeadOnly = (status: number): boolean => request.method === 'HEAD' || status === 304
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
        headers: [...headers.flat(), ...lengthOf(request.body)],
        body: bodyOf(request.body),
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
          if (!isHeadOnly(status) && announced(answering.headers) > request.maxBytes)
            stop(tooLarge(request.maxBytes))
          if (!ended && endsWithConnection(answering.headers))
            watches.push(breaks.watch(target.origin, breakOff))
        },
        onResponseData(_, chunk) {
          if (!ended && !body.add(chunk)) stop(tooLarge(request.maxBytes))
        },
        onResponseEnd() {
          if (answering !== null) complete(answering)
        },
        onResponseError(_, error) {
          // The length that such a head names is that of a body which is not sent (RFC 9110,
          // section 8.6). Undici waits for it all the same, and gives the connection up.
          if (answering !== null && isHeadOnly(answering.status) && isLength(error))
            complete(answering)
          else end({ kind: 'failed', failure: failureOf(error, sent()) })
        },
      },
    )
  })
}

/** Undici measures bytes by itself; of a stream it has to be told. */
const lengthOf = (body: OutboundRequest['body']): readonly string[] =>
  isStream(body) ? ['content-length', String(body.size)] : []

const bodyOf = (body: OutboundRequest['body']): Uint8Array | Readable | null =>
  isStream(body) ? Readable.from(body.open(), { objectMode: false }) : body

const isStream = (body: OutboundRequest['body']): body is OutgoingStream =>
  body !== null && 'open' in body

const endsWithConnection = (headers: Headers): boolean =>
  headers.every(([name]) => name !== 'content-length' && name !== 'transfer-encoding')

const brokenOff: OutboundFailure = {
  reason: 'broken',
  detail: 'The connection broke off in the answer.',
  sent: true,
}

const unkept = (fault: unknown): OutboundFailure => ({
  reason: 'unkept',
  detail: `The answer could not be kept: ${fault instanceof Error ? fault.message : String(fault)}`,
  sent: true,
})

const announced = (headers: Headers): number =>
  Number(headers.find(([name]) => name === 'content-length')?.[1] ?? 0)

const tooLarge = (maxBytes: number): OutboundFailure => ({
  reason: 'too-large',
  detail: `The answer is larger than ${formatBytes(maxBytes)}.`,
  sent: true,
})

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : error.name

const isLength = (error: Error): boolean => codeOf(error) === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'

/** Names of what went wrong only, because messages of the system carry addresses. */
function failureOf(error: Error, sent: boolean): OutboundFailure {
  if (error instanceof AddressRejected)
    return { reason: 'rejected', detail: error.message, sent: false }
  if (error instanceof ConnectTimeout)
    return { reason: 'timeout', detail: error.message, sent: false }
  const code = codeOf(error)
  if (!sent)
    return { reason: 'unreachable', detail: `The connection did not open (${code}).`, sent: false }
  if (code === 'UND_ERR_HEADERS_OVERFLOW')
    return { reason: 'too-large', detail: 'The head of the answer is too large.', sent: true }
  return { reason: 'broken', detail: `The connection broke off (${code}).`, sent: true }
}
