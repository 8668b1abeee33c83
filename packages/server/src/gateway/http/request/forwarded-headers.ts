import { notForwardedHeaders } from '../../../core/connection-headers.ts'
import type { Headers } from '../../../core/payload.ts'
import { isOwnHeader } from './own-headers.ts'

/**
 * Which headers of a call go on to the upstream: `Accept*`, `Content-*`, those that its document
 * declares and those that the service forwards, less what `Connection` names (RFC 9110, section
 * 7.6.1). The caller's idempotency key goes on as well, for it stands for the same call there.
 *
 * @param raw names and values one after the other, as received
 * @param declared in lower case
 */
export function forwardedHeaders(raw: readonly string[], declared: ReadonlySet<string>): Headers {
  const headers: [string, string][] = []
  const hops: string[] = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase()
    const value = raw[at + 1] ?? ''
    if (name === 'connection') hops.push(...value.toLowerCase().split(/[\s,]+/))
    else if (goesOn(name, declared)) headers.push([name, value])
  }
  return hops.every((hop) => hop === 'keep-alive' || hop === 'close')
    ? headers
    : headers.filter(([name]) => !hops.includes(name))
}

const goesOn = (name: string, declared: ReadonlySet<string>): boolean => {
  if (name === 'idempotency-key') return true
  if (notForwardedHeaders.has(name) || isOwnHeader(name)) return false
  return name.startsWith('accept') || name.startsWith('content-') || declared.has(name)
}
