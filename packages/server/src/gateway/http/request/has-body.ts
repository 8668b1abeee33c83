import type { IncomingMessage } from 'node:http'
import type { Problem } from '@buzzer/contract'

/** Whatever comes with these means nothing (RFC 9110, section 9.3), and is passed over. */
const bodiless: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'TRACE'])

/** Whether a body comes with a request (RFC 9112, section 6.3). */
export function hasBody({ method, headers }: IncomingMessage): boolean {
  if (bodiless.has(method)) return false
  // `00` is a length too, and of nothing nobody would be told that it has come.
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

/** `type/subtype`, each a token (RFC 9110, section 8.3.1); what comes behind is looked at later. */
const mediaType = /^[!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+\s*(?:;|$)/

/** @returns null where the `Content-Type` could be one, or nothing is said of the body */
export function refuseMediaType({ headers }: IncomingMessage): Problem | null {
  const written = headers['content-type']
  if (written === undefined || written === '' || mediaType.test(written)) return null
  return {
    code: 'unsupported-media-type',
    detail: 'The Content-Type is no media type. Send one such as application/json.',
  }
}
