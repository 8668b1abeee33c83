import type { JsonSchema } from '../../ports/catalog.ts'
import type { Dialect } from './dialect.ts'
import type { JsonObject } from './json-pointer.ts'
import type { Found, References } from './references.ts'
import { translate } from './translate.ts'
import type { Translation } from './translation.ts'

/** Writes schemas of one document into another one. */
export interface SchemaWriter {
  /** What was referred to so far, by its new name. */
  readonly schemas: ReadonlyMap<string, JsonSchema>
  /** @returns the schema as 2020-12, its references leading to where the named ones stand */
  write(source: unknown): JsonSchema
}

export interface WriterOptions {
  /** Begins all names, so that they are no other document's. */
  readonly prefix: string
  /** What the schemas' own references start from. */
  readonly root: JsonObject
  readonly references: References
  readonly dialect: Dialect
  /** Names that stand for something else already; those that are given are added. */
  readonly taken?: Set<string>
  /** Where the named ones stand in the other document; default: `#/components/schemas/`. */
  readonly place?: string
}

export function createSchemaWriter(options: WriterOptions): SchemaWriter {
  const { prefix, root, references, dialect, taken = new Set<string>() } = options
  const { place = '#/components/schemas/' } = options
  const schemas = new Map<string, JsonSchema>()
  const names = new Map<unknown, string>()
  const unwritten: Found[] = []

  const nameOf = (found: Found): string => {
    const known = names.get(found.source)
    if (known !== undefined) return known
    const last =
      found.path
        .split('/')
        .at(-1)
        ?.replaceAll(/[^\w.-]+/g, '-') ?? ''
    const wanted = `${fit(prefix)}.${last === '' || last === '-' ? 'schema' : last}`
    const name = taken.has(wanted) ? `${wanted}-${taken.size}` : wanted
    names.set(found.source, name)
    taken.add(name)
    unwritten.push(found)
    return name
  }
  const settings = describing(dialect, references, (found) => ({
    $ref: place + nameOf(found),
  }))

  return {
    schemas,
    write(source) {
      const found = { source: source as Found['source'], base: root, path: '' }
      const { schema } = translate(found, '', settings)
      // References among components lead in circles, which a list of what is left to do ends.
      for (let next = unwritten.pop(); next !== undefined; next = unwritten.pop()) {
        schemas.set(nameOf(next), translate(next, '', settings).schema)
      }
      return schema
    },
  }
}

const fit = (name: string): string => name.replaceAll(/[^\w.-]+/g, '-')

/** Keeps what people read, and leaves out what would not be valid. */
const describing = (
  dialect: Dialect,
  references: References,
  refer: Translation['refer'],
): Translation => ({
  dialect,
  references,
  refer,
  forRequests: false,
  annotated: true,
  maxSize: Infinity,
  maxDepth: 100,
  maxList: Infinity,
  maxMembers: Infinity,
  problemWithPattern: () => null,
  isWhole: () => true,
  note: () => undefined,
  track: () => undefined,
  count: () => undefined,
  size: () => 0,
  repeated: (schema) => schema,
})
