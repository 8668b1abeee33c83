import type { JsonSchema } from '../../../ports/catalog.ts'
import { isObject } from '../../schema/json-pointer.ts'

/** Schemas that others refer to, of which each schema that stands alone gets those that it needs. */
export interface Definitions {
  /** What references to them begin with. */
  readonly place: string
  /** Takes in what a writer writes, now and later. */
  follow(schemas: ReadonlyMap<string, JsonSchema>): void
  /**
   * @param enough characters after which no more are put together
   * @returns the schema with all that it leads to, and how long it is as JSON
   */
  complete(
    schema: JsonSchema,
    enough: number,
  ): { readonly schema: JsonSchema; readonly length: number }
}

/** A schema as it is counted, and the names that it refers to. */
interface Measured {
  readonly length: number
  readonly names: readonly string[]
}

const place = '#/$defs/'

export function createDefinitions(): Definitions {
  const sources: ReadonlyMap<string, JsonSchema>[] = []
  const measured = new WeakMap<object, Measured>()
  const measure = (schema: JsonSchema): Measured => {
    if (!isObject(schema)) return { length: 5, names: [] }
    const known = measured.get(schema) ?? look(schema)
    measured.set(schema, known)
    return known
  }
  const find = (name: string): JsonSchema | undefined =>
    sources.find((schemas) => schemas.has(name))?.get(name)

  return {
    place,
    follow(schemas) {
      sources.push(schemas)
    },
    complete(schema, enough) {
      const reached = new Map<string, JsonSchema>()
      let { length } = measure(schema)
      const names = new Set(measure(schema).names)
      // A set gives what is added to it while it is walked through.
      for (const name of names) {
        const found = find(name)
        if (found === undefined) continue
        reached.set(name, found)
        length += name.length + measure(found).length
        if (length > enough) break
        for (const next of measure(found).names) names.add(next)
      }
      const whole = isObject(schema) ? { ...schema, $defs: Object.fromEntries(reached) } : schema
      return { schema: reached.size === 0 ? schema : whole, length }
    },
  }
}

function look(schema: JsonSchema): Measured {
  const text = JSON.stringify(schema)
  const names = [...text.matchAll(/"#\/\$defs\/([^"]+)"/g)].map(([, name = '']) => name)
  return { length: text.length, names: [...new Set(names)] }
}
