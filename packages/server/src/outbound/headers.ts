import { connectionHeaders } from '../core/connection-headers.ts'
import type { Headers } from '../core/payload.ts'

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
  const named = new Set<string>()
  let isAnyLeftOut = false
  for (const [name, value] of headers) {
    if (!token.test(name) || !fieldValue.test(value))
      return { kind: 'rejected', detail: `The header ${JSON.stringify(name)} cannot be sent.` }
    const key = name.toLowerCase()
    if (key === 'connection')
      for (const option of value.split(',')) named.add(option.trim().toLowerCase())
    isAnyLeftOut ||= connectionHeaders.has(key)
  }
  // Most have nothing to leave out. Only `Connection`, which itself is left out, names others.
  if (!isAnyLeftOut) return { kind: 'headers', headers }
  const passes = (key: string): boolean => !connectionHeaders.has(key) && !named.has(key)
  return { kind: 'headers', headers: headers.filter(([name]) => passes(name.toLowerCase())) }
}

/** The headers of an answer in their order, from the bytes that undici keeps. */
export function answerHeaders(raw: unknown): Headers {
  if (!Array.isArray(raw)) return []
  const headers: [name: string, value: string][] = []
  for (let index = 0; index < raw.length; index += 2)
    headers.push([textOf(raw[index]).toLowerCase(), textOf(raw[index + 1] ?? '')])
  return headers
}

const textOf = (part: unknown): string =>
  Buffer.isBuffer(part) ? part.toString('latin1') : String(part)
