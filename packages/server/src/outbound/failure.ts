import { formatBytes } from '../core/bytes.ts'
import type { OutboundFailure } from '../ports/outbound.ts'
import { AddressRejected, ConnectTimeout } from './connect.ts'
import { explained } from './explain.ts'

export const brokenOff: OutboundFailure = {
  reason: 'broken',
  detail: 'The connection broke off in the answer.',
  sent: true,
}

export const chatter: OutboundFailure = {
  reason: 'broken',
  detail: 'There was no end of informational answers (1xx).',
  sent: true,
}

/** @param status of the answer that had begun; null where none had */
export const late = (status: number | null, sent: boolean): OutboundFailure => ({
  reason: 'timeout',
  detail: latenessOf(status, sent),
  sent,
})

function latenessOf(status: number | null, sent: boolean): string {
  if (status !== null) return `The answer began (status ${status}) and did not end in time.`
  return sent ? 'The answer did not come in time.' : 'The connection did not open in time.'
}

export const unkept = (fault: unknown): OutboundFailure => ({
  reason: 'unkept',
  detail: `The answer could not be kept: ${fault instanceof Error ? fault.message : String(fault)}`,
  sent: true,
})

export const tooLarge = (maxBytes: number): OutboundFailure => ({
  reason: 'too-large',
  detail: `The answer is larger than ${formatBytes(maxBytes)}.`,
  sent: true,
})

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : error.name

export const isLength = (error: Error): boolean =>
  codeOf(error) === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH'

/** Names of what went wrong only, because messages of the system carry addresses. */
export function failureOf(error: Error, sent: boolean): OutboundFailure {
  if (error instanceof AddressRejected)
    return { reason: 'rejected', detail: error.message, sent: false }
  if (error instanceof ConnectTimeout)
    return { reason: 'timeout', detail: error.message, sent: false }
  const code = codeOf(error)
  if (!sent) return { reason: 'unreachable', detail: explained(code, 'opening'), sent: false }
  if (code === 'UND_ERR_HEADERS_OVERFLOW')
    return { reason: 'too-large', detail: 'The head of the answer is too large.', sent: true }
  return { reason: 'broken', detail: explained(code, 'answering'), sent: true }
}
