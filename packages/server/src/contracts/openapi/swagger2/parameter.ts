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
  csv: { style: 'form', explode: false },
  multi: { style: 'form', explode: true },
  ssv: { style: 'spaceDelimited', explode: false },
  pipes: { style: 'pipeDelimited', explode: false },
  // No style of OpenAPI 3 has tabs; fields of forms are read with them, parameters are noted.
  tsv: { style: 'tabDelimited', explode: false },
}

/** No style has separators within those of a list; the name is kept so that it is noted. */
const nested: JsonObject = { style: 'lists in lists', explode: false }

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

/** How the items of a list are told apart, as a field of a form. */
export function encodingOf({ collectionFormat, items }: JsonObject): JsonObject {
  if (isObject(items) && items['type'] === 'array') return nested
  return styles[typeof collectionFormat === 'string' ? collectionFormat : 'csv'] ?? {}
}

/** In a path and a header, lists have commas, which is the default there. */
function styleOf(parameter: JsonObject): JsonObject {
  const style = encodingOf(parameter)
  return parameter['in'] === 'query' || style['style'] !== 'form' ? style : {}
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
