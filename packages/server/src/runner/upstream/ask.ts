import type { Millis } from '../../core/time.ts'
import type { Clock } from '../../ports/clock.ts'
import type { OutboundOutcome } from '../../ports/outbound.ts'
import type { Breaker, Verdict } from './breaker.ts'
import type { Authorizer } from './credentials.ts'
import { withHeaders } from './headers.ts'
import { isRetryableStatus } from './problem.ts'
import type { UpstreamCall } from './request.ts'
import { send, type AskTerms, type SendDeps } from './send.ts'

export type Asked =
  | OutboundOutcome
  /** The breaker is open: nothing was sent. */
  | { readonly kind: 'held'; readonly until: Millis }
  /** No credentials could be had: nothing was sent. */
  | { readonly kind: 'unauthorized'; readonly detail: string; readonly retryable: boolean }

/** Calls of one upstream. */
export interface Asker {
  /** With credentials and through the operation's breaker: for the service's own origin only. */
  own(operation: string, call: UpstreamCall, terms: AskTerms): Promise<Asked>
  /** As anybody could: for every other origin. */
  foreign(call: UpstreamCall, terms: AskTerms): Promise<Asked>
}

export function createAsker(
  deps: SendDeps & {
    readonly clock: Clock
    readonly breakerOf: (operation: string) => Breaker
    readonly authorizer: Authorizer
  },
): Asker {
  const { clock, breakerOf, authorizer } = deps

  const askAuthorized = async (
    call: UpstreamCall,
    terms: AskTerms,
    again: boolean,
  ): Promise<Asked> => {
    const startedAt = clock.monotonic()
    const authorization = await authorizer.headers()
    if (authorization.kind === 'failed') return { ...authorization, kind: 'unauthorized' }
    const headers = withHeaders(call.headers, authorization.headers)
    const outcome = await send(deps, { ...call, headers }, terms)
    const unauthorized = outcome.kind === 'answered' && outcome.answer.status === 401
    if (!again || !unauthorized || !authorizer.refused(authorization.headers)) return outcome
    // A call that was refused was not carried out, so it may be made again with a new token.
    const timeoutMs = Math.max(1, terms.timeoutMs - (clock.monotonic() - startedAt))
    return askAuthorized(call, { ...terms, timeoutMs }, false)
  }

  return {
    foreign: (call, terms) => send(deps, call, terms),
    async own(operation, call, terms) {
      const admission = breakerOf(operation).enter()
      if (admission.kind === 'held') return admission
      try {
        const asked = await askAuthorized(call, terms, true)
        admission.report(verdictOn(asked))
        return asked
      } finally {
        admission.report(null)
      }
    },
  }
}

/** Being told to slow down is a sign of health; a refusal of ours is no sign at all. */
function verdictOn(asked: Asked): Verdict {
  if (asked.kind === 'answered') {
    const { status } = asked.answer
    return isRetryableStatus(status) && status !== 429 ? 'ill' : 'well'
  }
  if (asked.kind !== 'failed') return null
  switch (asked.failure.reason) {
    case 'unreachable':
    case 'timeout':
    case 'broken':
      return 'ill'
    case 'too-large':
      return 'well'
    case 'rejected':
    case 'unkept':
    case 'aborted':
      return null
  }
}
