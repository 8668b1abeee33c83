import type { Problem } from '@buzzer/contract'
import type { OutboundFailure } from '../../ports/outbound.ts'
import type { RunOutcome } from '../../ports/runner.ts'

type Failed = Extract<RunOutcome, { kind: 'failed' }>

/** Names the call without its target, which may carry what its caller keeps secret. */
export interface CallName {
  readonly service: string
  readonly operation: string
  readonly method: string
}

// Not implemented, the HTTP version, loops and extensions: the same call gets the same answer.
const permanent = new Set([501, 505, 506, 508, 510, 511])

/** Another try can help; every other status is the result. */
export const isRetryableStatus = (status: number): boolean =>
  status === 429 || (status >= 500 && !permanent.has(status))

export const answeredBadly = (
  name: CallName,
  status: number,
  retryAfterMs: number | null,
): Failed => ({
  kind: 'failed',
  error: {
    code: 'upstream-failed',
    detail: `${who(name)} answered ${status} to ${name.operation}.`,
    extensions: { upstreamStatus: status },
  },
  retryable: true,
  retryAfterMs,
})

/**
 * @param repeatable the call may be made again even where it may have had its effect
 */
export function notAnswered(name: CallName, failure: OutboundFailure, repeatable: boolean): Failed {
  const final = failure.reason === 'rejected' || failure.reason === 'too-large'
  const held = !final && failure.sent && !repeatable
  return {
    kind: 'failed',
    error: {
      code: failure.reason === 'timeout' ? 'upstream-timeout' : 'upstream-failed',
      detail: [
        `${who(name)} ${failure.reason === 'unkept' ? 'answered' : 'gave no answer to'} ${name.operation}: ${failure.detail}`,
        ...(failure.reason === 'too-large'
          ? ['Raise `limits.result` of the service or of the operation.']
          : []),
        ...(held ? [mayHaveWorked(name.method)] : []),
      ].join(' '),
    },
    retryable: !final && !held,
    retryAfterMs: null,
  }
}

const mayHaveWorked = (method: string): string =>
  `It may have had its effect, and ${method} is not idempotent, so it is not sent again. ` +
  'Set `retryUnsafe` on the operation if the upstream recognises the Idempotency-Key.'

const who = ({ service }: CallName): string => `The upstream ${service}`

/** A failure that another try cannot help. */
export const finalFailure = (
  code: 'internal-error' | 'upstream-failed' | 'upstream-timeout' | 'validation-failed',
  detail: string,
  extensions?: Problem['extensions'],
): Failed => ({
  kind: 'failed',
  error: { code, detail, ...(extensions === undefined ? {} : { extensions }) },
  retryable: false,
  retryAfterMs: null,
})

/** The upstream was not asked at all; the job may come again later. */
export const notBegun = (detail: string, retryAfterMs: number): Failed => ({
  kind: 'failed',
  error: { code: 'upstream-failed', detail },
  retryable: true,
  retryAfterMs,
  begun: false,
})
