import type { JsonSchema } from '../../../ports/catalog.ts'
import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import { keywordKinds } from '../../schema/keywords.ts'

/**
 * Writes a schema of 2020-12 in the words of draft-07, which are those of AsyncAPI's own schemas; a
 * schema format for 2020-12 is one that hardly a tool knows. What draft-07 has no words for stays as
 * it is: readers pass over it, so that they take more than is taken here and never less.
 *
 * @param source as the schema writer makes it
 */
export function olderSchema(source: unknown): JsonObject {
  if (source === false) return { not: {} }
  if (!isObject(source)) return {}
  const { $ref, ...rest } = source
  const written = tupleAsItems(dependenciesTogether(keywordsOf(rest)))
  if (typeof $ref !== 'string') return written
  // What stands beside a reference is passed over.
  return Object.keys(rest).length === 0 ? { $ref } : { ...written, allOf: [{ $ref }, ...all(rest)] }
}

/** The same for all that a document holds, by name. */
export const olderSchemas = (schemas: ReadonlyMap<string, JsonSchema>): JsonObject =>
  Object.fromEntries([...schemas].map(([name, schema]) => [name, olderSchema(schema)] as const))

const all = ({ allOf }: JsonObject): readonly JsonObject[] =>
  Array.isArray(allOf) ? allOf.map(olderSchema) : []

function keywordsOf(schema: JsonObject): JsonObject {
  const entries = Object.entries(schema).flatMap(([keyword, value]) => {
    if (keyword === 'pattern' && !isPattern(value)) return [['x-pattern', value] as const]
    // A value with such a member would be taken for a reference by whoever reads the document.
    if (isPlainValue(keyword) && holdsReference(value)) return []
    return [[keyword, below(keyword, value)] as const]
  })
  return Object.fromEntries(entries)
}

function below(keyword: string, value: unknown): unknown {
  const kind = keywordKinds.get(keyword)
  const [where, shape] = kind?.split('-') ?? []
  if (where !== 'here' && where !== 'below') return value
  if (shape === 'list' && Array.isArray(value)) return value.map(inner)
  if (shape === 'map' && isObject(value)) return membersOf(keyword, value)
  return inner(value)
}

const membersOf = (keyword: string, schemas: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(schemas)
      .filter(([name]) => keyword !== 'patternProperties' || isPattern(name))
      .map(([name, schema]) => [name, inner(schema)] as const),
  )

/** Below another schema booleans are schemas too. */
const inner = (schema: unknown): unknown =>
  typeof schema === 'boolean' ? schema : olderSchema(schema)

function tupleAsItems(schema: JsonObject): JsonObject {
  const { prefixItems, items, ...rest } = schema
  if (!Array.isArray(prefixItems)) return schema
  return { ...rest, items: prefixItems, ...(items === undefined ? {} : { additionalItems: items }) }
}

function dependenciesTogether(schema: JsonObject): JsonObject {
  const { dependentRequired, dependentSchemas, ...rest } = schema
  if (dependentRequired === undefined && dependentSchemas === undefined) return schema
  const dependencies = { ...members(dependentRequired), ...members(dependentSchemas) }
  return { ...rest, dependencies }
}

const members = (value: unknown): JsonObject => (isObject(value) ? value : {})

/** As ECMA-262 has them, which draft-07 asks for. */
function isPattern(pattern: unknown): boolean {
  if (typeof pattern !== 'string') return false
  try {
    return new RegExp(pattern, 'u').source !== ''
  } catch {
    return false
  }
}

const plainValues: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'example'])
const isPlainValue = (keyword: string): boolean => plainValues.has(keyword)

function holdsReference(value: unknown): boolean {
  const waiting = [value]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next !== 'object' || next === null) continue
    if (typeof (next as JsonObject)['$ref'] === 'string') return true
    for (const member of Object.values(next)) waiting.push(member)
  }
  return false
}
