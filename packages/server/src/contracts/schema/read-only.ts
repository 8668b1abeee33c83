import { isObject, type JsonObject } from './json-pointer.ts'
import { listOf } from './loss.ts'
import type { Place, Translation } from './translation.ts'

/** Schemas that are looked through for members of one object. */
const mostSchemas = 64

/**
 * Names of members that callers need not send: those that are `readOnly` in a schema, in its
 * `allOf`, or in a schema around it.
 */
export function optionalNames(
  source: JsonObject,
  place: Place,
  to: Translation,
): ReadonlySet<string> {
  const names = new Set(place.optional)
  const seen = new Set<object>()
  const waiting: unknown[] = [source]
  while (waiting.length > 0 && seen.size < mostSchemas) {
    const schema = waiting.pop()
    if (!isObject(schema) || seen.has(schema)) continue
    seen.add(schema)
    waiting.push(...listOf(schema['allOf']))
    if (typeof schema['$ref'] === 'string') waiting.push(meantBy(schema, place, to))
    const members = isObject(schema['properties']) ? Object.entries(schema['properties']) : []
    for (const [name, member] of members) {
      if (isReadOnly(member, place, to)) names.add(name)
    }
  }
  return names
}

function isReadOnly(member: unknown, place: Place, to: Translation): boolean {
  if (!isObject(member)) return false
  if (member['readOnly'] === true) return true
  const meant = typeof member['$ref'] === 'string' ? meantBy(member, place, to) : null
  return isObject(meant) && meant['readOnly'] === true
}

const meantBy = (source: JsonObject, place: Place, to: Translation): unknown =>
  to.references.find(String(source['$ref']), place.base)?.source
