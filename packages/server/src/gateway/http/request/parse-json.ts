import type { Problem } from '@buzzer/contract'
import { parse } from 'secure-json-parse'

/** Deeper than this nothing of anybody's is, and recursion stays far from the end of the stack. */
const maxDepth = 64

export type ParsedJson =
  | { readonly kind: 'json'; readonly value: unknown; readonly text: string }
  | { readonly kind: 'problem'; readonly problem: Problem }

/**
 * Reads a JSON body of somebody whom nobody knows.
 *
 * @param depth how deep it may be nested
 */
export function parseJson(body: Uint8Array, depth = maxDepth): ParsedJson {
  if (tooDeep(body, depth)) return malformed(`The body is nested deeper than ${depth} levels.`)
  try {
    const text = utf8.decode(body)
    // No JSON (RFC 8259, section 8.1), and what is stored must parse everywhere.
    if (text.startsWith('\uFEFF')) return malformed('The body begins with a byte order mark.')
    return { kind: 'json', value: parseSafely(text), text }
  } catch (fault) {
    return malformed(`The body is not JSON that is taken here: ${reason(fault)}.`)
  }
}

/** The same for a message that came as text. @param body its bytes, which are UTF-8 */
export function parseJsonMessage(body: Buffer, depth = maxDepth): ParsedJson {
  if (tooDeep(body, depth)) return malformed(`It is nested deeper than ${depth} levels.`)
  try {
    const text = body.toString('utf8')
    return { kind: 'json', value: parseSafely(text), text }
  } catch (fault) {
    return malformed(`It is not JSON that is taken here: ${reason(fault)}.`)
  }
}

/** Refuses `__proto__` and `constructor.prototype`, which other programs merge into objects. */
const parseSafely = (text: string): unknown => parse(text, strictly)

const strictly = { protoAction: 'error', constructorAction: 'error' } as const

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const reason = (fault: unknown): string =>
  fault instanceof Error ? fault.message.replace(/\.$/, '') : 'it cannot be read'

const malformed = (detail: string): ParsedJson => ({
  kind: 'problem',
  problem: { code: 'malformed-body', detail },
})

const quote = 0x22
const backslash = 0x5c

/** Counts open brackets outside strings, without recursion; a short body cannot be too deep. */
function tooDeep(body: Uint8Array, most: number): boolean {
  if (body.byteLength <= 2 * most) return false
  let depth = 0
  let inString = false
  for (let at = 0; at < body.byteLength; at += 1) {
    const byte = body[at]
    if (byte === quote) inString = !inString
    else if (inString) at += byte === backslash ? 1 : 0
    else if (byte === 0x5b || byte === 0x7b) depth += 1
    else if (byte === 0x5d || byte === 0x7d) depth -= 1
    if (depth > most) return true
  }
  return false
}
