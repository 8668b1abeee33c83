import { parse } from 'secure-json-parse'

export type JsonBody =
  | { readonly kind: 'read'; readonly value: unknown }
  | { readonly kind: 'malformed'; readonly detail: string }

const maxDepth = 64

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Reads a JSON body (RFC 8259): UTF-8, 64 levels deep at most, without names that do harm. */
export function readJsonBody(body: Uint8Array): JsonBody {
  try {
    const value = parseSafely(utf8.decode(body))
    return isTooDeep(value)
      ? malformed(`The body is nested deeper than ${maxDepth} levels.`)
      : { kind: 'read', value }
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : 'it is not encoded as UTF-8'
    return malformed(`The body is not JSON that is taken here: ${reason.replace(/\.$/, '')}.`)
  }
}

/** Refuses `__proto__` and `constructor.prototype`, which other programs merge into objects. */
const parseSafely = (text: string): unknown =>
  parse(text, { protoAction: 'error', constructorAction: 'error' }) as unknown

/** The object or list that a text holds as JSON, as bodies may hold it; null where it does not. */
export function parentIn(text: string): object | null {
  if (!/^\s*[{[]/.test(text)) return null
  try {
    const value = parseSafely(text)
    return isParent(value) && !isTooDeep(value) ? value : null
  } catch {
    return null
  }
}

const malformed = (detail: string): JsonBody => ({ kind: 'malformed', detail })

/** Goes through a value level by level, as recursion could run out of stack. */
function isTooDeep(value: unknown): boolean {
  let level = isParent(value) ? [value] : []
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > maxDepth) return true
    level = level.flatMap((parent) => (Object.values(parent) as unknown[]).filter(isParent))
  }
  return false
}

const isParent = (value: unknown): value is object => typeof value === 'object' && value !== null
