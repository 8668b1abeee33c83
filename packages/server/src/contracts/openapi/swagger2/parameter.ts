import { isObject, type JsonObject } from '../../schema/json-pointer.ts'

/** What a parameter of Swagger 2.0 says of itself; the rest of it is a schema. */
const ownMembers = new Set([
  'name',
  'in',
  'description',
  'required',
  'allowEmptyValue',
  'collectionFormat',
  'example',
])

const styles: Readonly<Record<string, JsonObject>> = {
  csv: { explode: false },
  multi: { explode: true },
  ssv: { style: 'spaceDelimited', explode: false },
  pipes: { style: 'pipeDelimited', explode: false },
  // There is no style for tabs; the name is kept so that it is noted as not understood.
  tsv: { style: 'tabDelimited', explode: false },
}

/** Writes a parameter of path, query or header as OpenAPI 3.0 has it. */
export function convertParameter(parameter: unknown): unknown {
  if (!isObject(parameter) || parameter['$ref'] !== undefined) return parameter
  const isArray = parameter['type'] === 'array'
  return {
    ...split(parameter).own,
    schema: schemaOf(parameter),
    ...(isArray ? styleOf(parameter) : {}),
  }
}

/** The schema that stands among a parameter's own members. */
export const schemaOf = (parameter: JsonObject): JsonObject => split(parameter).schema

function styleOf(parameter: JsonObject): JsonObject {
  const { collectionFormat, in: place } = parameter
  const style = styles[typeof collectionFormat === 'string' ? collectionFormat : 'csv'] ?? {}
  return place === 'query' || style['style'] === 'tabDelimited' ? style : {}
}

function split(parameter: JsonObject): { own: JsonObject; schema: JsonObject } {
  const entries = Object.entries(parameter)
  const isOwn = ([name]: readonly [string, unknown]): boolean =>
    ownMembers.has(name) || name.startsWith('x-')
  const own = entries.filter((entry) => isOwn(entry) && entry[0] !== 'collectionFormat')
  return {
    own: Object.fromEntries(own),
    schema: Object.fromEntries(entries.filter((entry) => !isOwn(entry))),
  }
}
