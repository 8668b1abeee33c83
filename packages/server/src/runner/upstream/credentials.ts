import type { Headers } from '../../core/payload.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Outbound } from '../../ports/outbound.ts'
import { createTokenSource } from './token.ts'
import type { Credentials } from './service.ts'

export type Authorization =
  | { readonly kind: 'headers'; readonly headers: Headers }
  | { readonly kind: 'failed'; readonly detail: string; readonly retryable: boolean }

/** What shows the upstream who calls. */
export interface Authorizer {
  headers(): Promise<Authorization>
  /**
   * The upstream answered 401 to these headers.
   *
   * @returns whether there is hope that others will do
   */
  refused(headers: Headers): boolean
}

/** @param signal ends what is under way for good */
export function createAuthorizer(
  credentials: Credentials | null,
  deps: { readonly outbound: Outbound; readonly clock: Clock; readonly signal: AbortSignal },
): Authorizer {
  if (credentials?.kind !== 'oauth2') {
    const headers = fixedHeaders(credentials)
    return {
      headers: () => Promise.resolve({ kind: 'headers', headers }),
      refused: () => false,
    }
  }
  const tokens = createTokenSource(credentials, deps)
  return {
    async headers() {
      const token = await tokens.current()
      if (token.kind === 'failed') return token
      return { kind: 'headers', headers: [['authorization', `Bearer ${token.value}`]] }
    },
    refused(headers) {
      tokens.forget(headers[0]?.[1].replace('Bearer ', '') ?? '')
      return true
    },
  }
}

function fixedHeaders(credentials: Exclude<Credentials, { kind: 'oauth2' }> | null): Headers {
  if (credentials === null) return []
  if (credentials.kind === 'header') {
    return [[credentials.name.toLowerCase(), credentials.value]]
  }
  return [['authorization', basic(credentials.username, credentials.password)]]
}

/** RFC 7617, in UTF-8. */
const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
