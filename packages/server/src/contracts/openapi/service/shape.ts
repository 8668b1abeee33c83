import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import type { References } from '../../schema/references.ts'

export type TypeName = 'null' | 'boolean' | 'number' | 'integer' | 'string' | 'array' | 'object'

/** The outline of a schema: enough to know what a text such as `1,2` is meant to be. */
export interface Shape {
  /** Empty where the schema does not say. */
  readonly types: ReadonlySet<TypeName>
  /** Names of the members that the schema knows. */
  readonly names: ReadonlySet<string>
  items(): Shape
  member(name: string): Shape
}

const unknownShape: Shape = {
  types: new Set(),
  names: new Set(),
  items: () => unknownShape,
  member: () => unknownShape,
}

const plainTypes: ReadonlySet<string> = new Set(['string', 'number', 'integer', 'boolean'])

/** Whether a value is of that kind and cannot be a single text. */
export const isKind = (shape: Shape, kind: 'array' | 'object'): boolean =>
  shape.types.has(kind) && ![...shape.types].some((type) => plainTypes.has(type))

/** Alternatives and references that are looked through for one shape. */
const mostParts = 64

/** @param references of the document; schemas of all dialects are understood */
export function shapeOf(schema: unknown, references: References, base: JsonObject): Shape {
  const parts = partsOf(schema, references, base)
  if (parts.length === 0) return unknownShape
  const inner = (part: unknown): Shape => shapeOf(part, references, base)
  // Alternatives may each say something else of the same member, and any of it may be meant.
  const find = (pick: (part: JsonObject) => unknown): Shape => {
    const found = parts.map(pick).filter((one) => one !== undefined)
    return inner(found.length > 1 ? { anyOf: found } : found[0])
  }
  const members = parts.map((part) => part['properties']).filter(isObject)
  return {
    types: new Set(parts.flatMap(typesOf)),
    names: new Set(members.flatMap((properties) => Object.keys(properties))),
    items: () => find((part) => part['items']),
    member: (name) =>
      members.some((properties) => Object.hasOwn(properties, name))
        ? find(({ properties }) =>
            isObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined,
          )
        : find((part) => part['additionalProperties']),
  }
}

/** The schema and all that it is put together from, references followed. */
function partsOf(schema: unknown, references: References, base: JsonObject): readonly JsonObject[] {
  const parts = new Set<JsonObject>()
  const waiting = [schema]
  while (waiting.length > 0 && parts.size < mostParts) {
    const part = waiting.pop()
    if (!isObject(part) || parts.has(part)) continue
    parts.add(part)
    if (typeof part['$ref'] === 'string') waiting.push(references.find(part['$ref'], base)?.source)
    for (const keyword of ['allOf', 'anyOf', 'oneOf']) {
      if (Array.isArray(part[keyword])) waiting.push(...(part[keyword] as unknown[]))
    }
  }
  return [...parts]
}

function typesOf(part: JsonObject): readonly TypeName[] {
  const { type, nullable } = part
  const types = (
    Array.isArray(type) ? type : type === undefined ? implied(part) : [type]
  ) as TypeName[]
  return nullable === true ? [...types, 'null'] : types
}

function implied(part: JsonObject): readonly TypeName[] {
  if (isObject(part['properties'])) return ['object']
  if (part['items'] !== undefined) return ['array']
  const values = 'const' in part ? [part['const']] : Array.isArray(part['enum']) ? part['enum'] : []
  return [...new Set(values.map(typeOf))]
}

function typeOf(value: unknown): TypeName {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value as TypeName
}
