import { bytesIn } from '../../core/payload.ts'
import type { Millis } from '../../core/time.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Outbound, OutboundAnswer } from '../../ports/outbound.ts'
import { parseJsonObject } from './json.ts'
import { isRetryableStatus } from './problem.ts'
import type { OAuthClient } from './service.ts'

export type Token =
  | { readonly kind: 'token'; readonly value: string; readonly freshUntil: Millis }
  | { readonly kind: 'failed'; readonly detail: string; readonly retryable: boolean }

/** Access tokens, fetched when there is none that will do, once for all who wait. */
export interface TokenSource {
  current(): Promise<Token>
  /** Does not give this token again. */
  forget(value: string): void
}

const timeoutMs = 10_000
const maxBytes = 65_536
/** For answers that do not say how long their token holds. */
const unknownLifeMs = 300_000
const tokenText = /^[\u0021-\u007e]+$/

export function createTokenSource(
  client: OAuthClient,
  deps: { readonly outbound: Outbound; readonly clock: Clock; readonly signal: AbortSignal },
): TokenSource {
  let kept: Extract<Token, { kind: 'token' }> | null = null
  let fetching: Promise<Token> | null = null

  const fetchToken = async (): Promise<Token> => {
    const outcome = await deps.outbound.call({
      ...tokenRequest(client),
      timeoutMs,
      maxBytes,
      signal: deps.signal,
    })
    if (outcome.kind === 'failed') {
      const { reason, detail } = outcome.failure
      return failed(`no answer: ${detail}`, reason !== 'rejected')
    }
    return readToken(outcome.answer, deps.clock.now())
  }

  return {
    async current() {
      if (kept !== null && kept.freshUntil > deps.clock.now()) return kept
      fetching ??= fetchToken().finally(() => {
        fetching = null
      })
      const token = await fetching
      if (token.kind === 'token') kept = token
      return token
    },
    forget(value) {
      if (kept?.value === value) kept = null
    },
  }
}

const tokenRequest = (client: OAuthClient) =>
  ({
    method: 'POST',
    url: client.tokenUrl,
    headers: [
      ['accept', 'application/json'],
      ['authorization', clientBasic(client)],
      ['content-type', 'application/x-www-form-urlencoded'],
    ],
    body: new TextEncoder().encode(
      new URLSearchParams({
        grant_type: 'client_credentials',
        ...(client.scopes.length === 0 ? {} : { scope: client.scopes.join(' ') }),
        ...client.fields,
      }).toString(),
    ),
  }) as const

/** Both halves are form-encoded before they become Basic (RFC 6749, section 2.3.1). */
function clientBasic({ clientId, clientSecret }: OAuthClient): string {
  const form = (text: string) => new URLSearchParams({ a: text }).toString().slice(2)
  const pair = `${form(clientId)}:${form(clientSecret)}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

function readToken(answer: OutboundAnswer, now: Millis): Token {
  if (answer.status !== 200) {
    return failed(`it answered ${answer.status}`, isRetryableStatus(answer.status))
  }
  const document = parseJsonObject(bytesIn(answer.body))
  const value = document?.['access_token']
  if (typeof value !== 'string' || !tokenText.test(value)) {
    return failed('its answer holds no access_token', false)
  }
  const life = Number(document?.['expires_in'])
  const lifeMs = life > 0 ? life * 1_000 : unknownLifeMs
  // Renewed a little early, so that it does not run out on its way.
  return { kind: 'token', value, freshUntil: now + lifeMs - Math.min(30_000, lifeMs / 10) }
}

const failed = (why: string, retryable: boolean): Token => ({
  kind: 'failed',
  detail: `The upstream's authorization server gave no access token: ${why}.`,
  retryable,
})
