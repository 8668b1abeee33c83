import { retryAfter } from '../../core/retry-after.ts'
import type { Millis } from '../../core/time.ts'
import type { Sent } from '../../ports/channel.ts'
import type { OutboundAnswer, OutboundFailure, OutboundOutcome } from '../../ports/outbound.ts'
import { answerToKeep } from './answer.ts'
import { reasonOfAnswer, reasonOfFailure } from './reason.ts'

/**
 * What an exchange means for a delivery: 2xx says that it was received, whatever the body of the
 * answer; anything else is a failure, and so is an answer that did not end in time, because whoever
 * wrote it may have failed on the way.
 *
 * @param now the end of the exchange
 */
export const sentOf = (outcome: OutboundOutcome, now: Millis): Sent =>
  outcome.kind === 'answered' ? afterAnswer(outcome.answer, now) : afterFailure(outcome.failure)

export const failedHere = (reason: string): Sent => ({
  kind: 'failed',
  reason,
  status: null,
  answer: null,
  retryAfterMs: null,
  gone: false,
})

function afterAnswer(answer: OutboundAnswer, now: Millis): Sent {
  const { status, headers } = answer
  const kept = answerToKeep(answer)
  if (status >= 200 && status < 300) return { kind: 'delivered', status, answer: kept }
  return {
    kind: 'failed',
    reason: reasonOfAnswer(answer),
    status,
    answer: kept,
    retryAfterMs: retryAfter(headers, now),
    gone: status === 410,
  }
}

const afterFailure = (failure: OutboundFailure): Sent =>
  failure.reason === 'aborted' && !failure.sent
    ? { kind: 'unsent' }
    : failedHere(reasonOfFailure(failure))
