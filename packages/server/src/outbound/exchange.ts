import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Body, Headers } from '../core/payload.ts'
import type { Clock } from '../ports/clock.ts'
import type {
  OutboundFailure,
  OutboundOutcome,
  OutboundRequest,
  OutgoingStream,
} from '../ports/outbound.ts'
import { createAnswerBody, type AnswerBody, type AnswerBodyTerms } from './answer-body.ts'
import type { Breaks } from './breaks.ts'
import { brokenOff, chatter, failureOf, isLength, late, tooLarge, unkept } from './failure.ts'
import { createFirstBytes } from './first-bytes.ts'
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

/** How long the rest of an answer may take that nobody keeps, so that its connection serves again. */
const lingerMs = 500
/** Whatever length they name. */
const bodiless: ReadonlySet<number> = new Set([204, 304])
/** Answers before the answer, of which a receiver has no use for more than two or three. */
const maxInformational = 32

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
    let informational = 0
    let isLingering = false
    let ended = false
    const body = bodyFor(request, {
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
      const finish = (kept: Body): void => end(answered(head, kept, body.isCut()))
      // What fails while it is kept stops the exchange by itself.
      if (whole instanceof Promise) whole.then(finish, () => undefined)
      else finish(whole)
    }
    const isHeadOnly = (status: number): boolean =>
      request.method === 'HEAD' || bodiless.has(status)
    const fail = (failure: OutboundFailure): void => {
      // What happens to an answer of which all that is kept has come happens to what nobody reads.
      const kept = body.enough()
      end(
        answering !== null && kept !== null
          ? answered(answering, kept, true)
          : { kind: 'failed', failure },
      )
    }
    const stop = (failure: OutboundFailure): void => {
      fail(failure)
      controller?.abort(new Error(failure.detail))
    }
    const linger = (head: Answering): void => {
      isLingering = true
      const letGo = (): void => stop(tooLarge(request.maxBytes))
      if (announced(head.headers) > request.maxBytes) letGo()
      else watches.push(clock.after(lingerMs, letGo))
    }
    // Undici starts a request in the moment in which it writes it.
    const sent = (): boolean => controller !== null
    const timeOut = (): void => stop(late(answering?.status ?? null, sent()))
    const abort = (): void =>
      stop({ reason: 'aborted', detail: 'The call was called off.', sent: sent() })
    const breakOff = (): void => {
      fail(brokenOff)
      // Undici must not be interrupted while it ends the answer; it may also be another's break.
      clock.after(0, () => controller?.abort(new Error(brokenOff.detail)))
    }
    const watches = [clock.after(timeoutMs, timeOut)]
    if (headersTimeoutMs < timeoutMs)
      watches.push(clock.after(headersTimeoutMs, () => answering ?? timeOut()))
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
          if (status < 200) {
            informational += 1
            if (informational > maxInformational) stop(chatter)
            return
          }
          answering = { status, headers: answerHeaders(started.rawHeaders) }
          const isWanted = request.keepAtMost === undefined && !isHeadOnly(status)
          if (isWanted && announced(answering.headers) > request.maxBytes)
            stop(tooLarge(request.maxBytes))
          if (!ended && endsWithConnection(answering.headers))
            watches.push(breaks.watch(target.origin, breakOff))
        },
        onResponseData(_, chunk) {
          if (ended) return
          if (!body.add(chunk)) stop(tooLarge(request.maxBytes))
          else if (!isLingering && answering !== null && body.enough() !== null) linger(answering)
        },
        onResponseEnd() {
          if (answering !== null) complete(answering)
        },
        onResponseError(_, error) {
          // The length that such a head names is that of a body which is not sent (RFC 9110,
          // section 8.6). Undici waits for it all the same, and gives the connection up.
          if (answering !== null && isHeadOnly(answering.status) && isLength(error))
            complete(answering)
          else fail(failureOf(error, sent()))
        },
      },
    )
  })
}

const bodyFor = (
  { maxBytes, keepAtMost, spill }: OutboundRequest,
  connection: Omit<AnswerBodyTerms, 'maxBytes' | 'spill'>,
): AnswerBody =>
  keepAtMost === undefined
    ? createAnswerBody({ maxBytes, spill: spill ?? null, ...connection })
    : createFirstBytes(keepAtMost, maxBytes)

const answered = (head: Answering, body: Body, isCut: boolean): OutboundOutcome => ({
  kind: 'answered',
  answer: isCut ? { ...head, body, truncated: true } : { ...head, body },
})

/** Undici measures bytes by itself; of a stream it has to be told. */
const lengthOf = (body: OutboundRequest['body']): readonly string[] =>
  isStream(body) ? ['content-length', String(body.size)] : []

const bodyOf = (body: OutboundRequest['body']): Uint8Array | Readable | null =>
  isStream(body) ? Readable.from(body.open(), { objectMode: false }) : body

const isStream = (body: OutboundRequest['body']): body is OutgoingStream =>
  body !== null && 'open' in body

const endsWithConnection = (headers: Headers): boolean =>
  headers.every(([name]) => name !== 'content-length' && name !== 'transfer-encoding')

const announced = (headers: Headers): number =>
  Number(headers.find(([name]) => name === 'content-length')?.[1] ?? 0)
