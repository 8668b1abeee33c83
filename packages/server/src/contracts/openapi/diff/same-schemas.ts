import type { JsonSchema } from '../../../ports/catalog.ts'
import type { NamedSchemas } from './schema-view.ts'

/**
 * Finds the named schemas that are the same in both documents with all that they refer to, so that
 * a small change of a large document costs little to find.
 */
export function sameSchemas(before: NamedSchemas, after: NamedSchemas): (name: string) => boolean {
  const other = new Set<string>()
  const referrers = new Map<string, string[]>()
  for (const [name, schema] of after) {
    const text = JSON.stringify(schema)
    if (text !== textOf(before.get(name))) other.add(name)
    for (const [, target = ''] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
      const known = referrers.get(target)
      if (known === undefined) referrers.set(target, [name])
      else known.push(name)
    }
  }
  for (const name of before.keys()) if (!after.has(name)) other.add(name)
  // A set gives what is added to it while it is walked through.
  for (const name of other) for (const referrer of referrers.get(name) ?? []) other.add(referrer)
  return (name) => !other.has(name) && after.has(name)
}

const textOf = (schema: JsonSchema | undefined): string | undefined =>
  schema === undefined ? undefined : JSON.stringify(schema)
