import { isObject, type JsonObject } from './json-pointer.ts'

/** The languages that schemas come in. All are read as 2020-12, the newest. */
export type Dialect = '2020-12' | 'draft-07' | 'openapi-3.0'

/** The dialect that a schema names in `$schema`; 2020-12 where it names none that is known. */
export function dialectOf(schema: unknown): Dialect {
  const named = isObject(schema) ? schema['$schema'] : undefined
  return typeof named === 'string' && /json-schema\.org\/draft-0[4-7]\//.test(named)
    ? 'draft-07'
    : '2020-12'
}

/** Writes one schema as 2020-12 has it; the schemas within it are left as they are. */
export function modernise(schema: JsonObject, dialect: Dialect): JsonObject {
  if (dialect === '2020-12') return dependenciesSplit(itemsAsTuple(schema))
  const modern = dependenciesSplit(itemsAsTuple(boundsAsNumbers(withoutSiblings(schema, dialect))))
  return dialect === 'openapi-3.0' ? nullAsType(modern) : modern
}

/** Older dialects ignore what stands beside a reference, but `nullable` there is meant. */
function withoutSiblings(schema: JsonObject, dialect: Dialect): JsonObject {
  if (typeof schema['$ref'] !== 'string') return schema
  const { $ref, nullable } = schema
  return dialect === 'openapi-3.0' && nullable === true ? { $ref, nullable } : { $ref }
}

/** `exclusiveMinimum: true` sharpened the `minimum` beside it. */
function boundsAsNumbers(schema: JsonObject): JsonObject {
  const { exclusiveMinimum, exclusiveMaximum, ...rest } = schema
  if (typeof exclusiveMinimum !== 'boolean' && typeof exclusiveMaximum !== 'boolean') return schema
  const { minimum, maximum, ...others } = rest
  return {
    ...others,
    ...bound('inimum', minimum, exclusiveMinimum),
    ...bound('aximum', maximum, exclusiveMaximum),
  }
}

const bound = (name: string, value: unknown, exclusive: unknown): JsonObject => ({
  ...(value === undefined
    ? {}
    : { [exclusive === true ? `exclusiveM${name}` : `m${name}`]: value }),
  ...(typeof exclusive === 'number' ? { [`exclusiveM${name}`]: exclusive } : {}),
})

/** A list of `items` was a tuple, which `additionalItems` went on from. */
function itemsAsTuple(schema: JsonObject): JsonObject {
  if (!Array.isArray(schema['items'])) return schema
  const { items, additionalItems, ...rest } = schema
  return {
    ...rest,
    prefixItems: items,
    ...(additionalItems === undefined ? {} : { items: additionalItems }),
  }
}

function dependenciesSplit(schema: JsonObject): JsonObject {
  const { dependencies, ...rest } = schema
  if (!isObject(dependencies)) return schema
  const entries = Object.entries(dependencies)
  const names = entries.filter(([, needed]) => Array.isArray(needed))
  const schemas = entries.filter(([, needed]) => !Array.isArray(needed))
  return {
    ...rest,
    ...(names.length === 0 ? {} : { dependentRequired: Object.fromEntries(names) }),
    ...(schemas.length === 0 ? {} : { dependentSchemas: Object.fromEntries(schemas) }),
  }
}

/**
 * `nullable` allows null beside the type. The specification wants null in the `enum` and in every
 * `allOf` too, but hardly a document has it there, and none that says `nullable` means otherwise.
 */
function nullAsType(schema: JsonObject): JsonObject {
  const { nullable, ...rest } = schema
  if (nullable !== true) return rest
  const { type, enum: values, ...others } = rest
  const isPlain = ['$ref', 'allOf', 'anyOf', 'oneOf', 'not'].every((name) => !(name in others))
  if (!isPlain) return { anyOf: [{ type: 'null' }, rest] }
  return {
    ...others,
    ...(typeof type === 'string' ? { type: [type, 'null'] } : {}),
    ...(Array.isArray(values)
      ? { enum: [...new Set<unknown>([...(values as unknown[]), null])] }
      : {}),
  }
}
