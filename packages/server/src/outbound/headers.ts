import type { Headers } from '../core/payload.ts'

/** Headers that are about one connection (RFC 9110, section 7.6.1), or that are ours to write. */
const ofTheConnection = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
// Visible characters, spaces, tabs and the upper half of Latin-1 (RFC 9110, section 5.5).
const fieldValue = /^[\t\u0020-\u007e\u0080-\u00ff]*$/

export type HeaderOutcome =
  | { readonly kind: 'headers'; readonly headers: Headers }
  | { readonly kind: 'rejected'; readonly detail: string }

/**
 * What goes out of a list of headers: those of the connection are left out, also those that
 * `Connection` names; one that could break out of its line rejects the call.
 */
export function outgoingHeaders(headers: Headers): HeaderOutcome {
  const bad = headers.find(([name, value]) => !token.test(name) || !fieldValue.test(value))
  if (bad !== undefined)
    return { kind: 'rejected', detail: `The header ${JSON.stringify(bad[0])} cannot be sent.` }
  const named = namedByConnection(headers)
  return {
    kind: 'headers',
    headers: headers.filter(([name]) => {
      const key = name.toLowerCase()
      return !ofTheConnection.has(key) && !named.has(key)
    }),
  }
}

const namedByConnection = (headers: Headers): ReadonlySet<string> =>
  new Set(
    headers
      .filter(([name]) => name.toLowerCase() === 'connection')
      .flatMap(([, value]) => value.split(',').map((option) => option.trim().toLowerCase())),
  )

/** The headers of an answer in their order, from the bytes that undici keeps. */
export function answerHeaders(raw: unknown): Headers {
  if (!Array.isArray(raw)) return []
  const texts = raw.map((part) => (Buffer.isBuffer(part) ? part.toString('latin1') : String(part)))
  return texts.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), texts[index + 1] ?? ''] as const] : [],
  )
}
