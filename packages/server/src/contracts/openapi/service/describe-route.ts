import type { JsonSchema, RouteDocument } from '../../../ports/catalog.ts'
import { essenceOf, isForm, isMultipart } from './media-type.ts'
import { knownStyles } from './parameter.ts'
import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import { createSchemaWriter } from '../../schema/schema-writer.ts'
import {
  isPlace,
  namesIn,
  type ReadOperation,
  type Reading,
  type Site,
} from './import-operation.ts'

/** Writes operations of one service as parts of Buzzer's own document. */
export interface RouteDescriber {
  describe(site: Site, read: ReadOperation): RouteDocument
}

/** @param service begins the names of its schemas, so that they are no other service's */
export function createRouteDescriber(service: string, reading: Reading): RouteDescriber {
  const { document, scope } = reading
  const writer = createSchemaWriter({
    prefix: service,
    root: document.root,
    references: scope.references,
    dialect: document.dialect,
  })
  const schemaOf: SchemaOf = (source) => (source === undefined ? {} : writer.write(source))

  return {
    describe: (site, read) => ({
      operation: describeOperation(site, read, reading, schemaOf),
      schemas: writer.schemas,
    }),
  }
}

type SchemaOf = (source: unknown) => JsonSchema

function describeOperation(
  { operation, path }: Site,
  { parameters, requestBody }: ReadOperation,
  { parts }: Reading,
  schemaOf: SchemaOf,
): JsonObject {
  const responses = isObject(operation['responses']) ? Object.entries(operation['responses']) : []
  return {
    ...texts(operation, ['summary', 'description']),
    ...(operation['deprecated'] === true ? { deprecated: true } : {}),
    parameters: describeParameters(path, parameters, schemaOf),
    ...(requestBody === null ? {} : { requestBody: describeBody(requestBody, schemaOf) }),
    responses: Object.fromEntries(
      responses
        .filter(([status]) => /^(?:[1-5](?:\d\d|XX)|default)$/.test(status))
        .map(([status, response]) => [
          status,
          describeResponse(parts.resolve(response), parts, schemaOf),
        ]),
    ),
  }
}

const texts = (source: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(
    names.flatMap((name) => (typeof source[name] === 'string' ? [[name, source[name]]] : [])),
  )

function describeParameters(
  path: string,
  parameters: readonly JsonObject[],
  schemaOf: SchemaOf,
): readonly JsonObject[] {
  const inPath = namesIn(path)
  const passedOn = parameters.filter(
    ({ in: place, name }) =>
      isPlace(place) && typeof name === 'string' && (place !== 'path' || inPath.has(name)),
  )
  const declared = new Set(passedOn.filter((one) => one['in'] === 'path').map((one) => one['name']))
  const undeclared = [...inPath].filter((name) => !declared.has(name))
  return [
    ...undeclared.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    ...passedOn.map((one) => describeParameter(one, schemaOf)),
  ]
}

function describeParameter(parameter: JsonObject, schemaOf: SchemaOf): JsonObject {
  const { name, in: place, required, explode, style } = parameter
  const content = describeContent(parameter['content'], schemaOf, 1)
  const isStyle = isPlace(place) && typeof style === 'string' && knownStyles[place].has(style)
  return {
    name,
    in: place,
    ...texts(parameter, ['description']),
    ...(place === 'path' || required === true ? { required: true } : {}),
    ...(parameter['deprecated'] === true ? { deprecated: true } : {}),
    ...(Object.keys(content).length > 0
      ? { content }
      : {
          schema: schemaOf(parameter['schema']),
          ...(isStyle ? { style } : {}),
          ...(typeof explode === 'boolean' ? { explode } : {}),
          ...(place === 'query' ? flags(parameter, ['allowReserved', 'allowEmptyValue']) : {}),
        }),
  }
}

const flags = (source: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(names.flatMap((name) => (source[name] === true ? [[name, true]] : [])))

const describeBody = (body: JsonObject, schemaOf: SchemaOf): JsonObject => ({
  ...texts(body, ['description']),
  content: describeContent(body['content'], schemaOf),
  ...(body['required'] === true ? { required: true } : {}),
})

function describeContent(content: unknown, schemaOf: SchemaOf, most = Infinity): JsonObject {
  const entries = isObject(content) ? Object.entries(content).slice(0, most) : []
  return Object.fromEntries(
    entries.map(([type, media]) => [
      type,
      isObject(media) && media['schema'] !== undefined
        ? { schema: schemaOf(media['schema']), ...describeEncoding(type, media['encoding']) }
        : {},
    ]),
  )
}

/** How the fields of a form are written, without which an API may take them for something else. */
function describeEncoding(type: string, encoding: unknown): JsonObject {
  const essence = essenceOf(type)
  if (!isObject(encoding) || !(isForm(essence) || isMultipart(essence))) return {}
  const fields = Object.entries(encoding).flatMap(([name, field]) =>
    isObject(field) ? [[name, describeField(field)] as const] : [],
  )
  return { encoding: Object.fromEntries(fields) }
}

function describeField(field: JsonObject): JsonObject {
  const { style, explode } = field
  return {
    ...texts(field, ['contentType']),
    ...(typeof style === 'string' && knownStyles.query.has(style) ? { style } : {}),
    ...(typeof explode === 'boolean' ? { explode } : {}),
    ...flags(field, ['allowReserved']),
  }
}

function describeResponse(
  response: JsonObject | string,
  parts: Reading['parts'],
  schemaOf: SchemaOf,
): JsonObject {
  if (typeof response === 'string') return { description: '' }
  const headers = isObject(response['headers']) ? Object.entries(response['headers']) : []
  return {
    description: typeof response['description'] === 'string' ? response['description'] : '',
    ...(headers.length === 0
      ? {}
      : {
          headers: Object.fromEntries(
            headers.map(([name, header]) => [
              name,
              describeHeader(parts.resolve(header), schemaOf),
            ]),
          ),
        }),
    ...(isObject(response['content'])
      ? { content: describeContent(response['content'], schemaOf) }
      : {}),
  }
}

const describeHeader = (header: JsonObject | string, schemaOf: SchemaOf): JsonObject =>
  typeof header === 'string'
    ? { schema: {} }
    : { ...texts(header, ['description']), schema: schemaOf(header['schema']) }
