import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import { convertOperation } from './operation.ts'
import { convertParameter } from './parameter.ts'
import { asList, mapValues, renameReferences, text } from './rewrite.ts'

export interface Converted {
  readonly root: JsonObject
  readonly notes: readonly string[]
}

const methods = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch'])

/**
 * Writes a Swagger 2.0 document as OpenAPI 3.0: bodies and form fields become request bodies, with
 * the media types of `consumes`; definitions become components.
 *
 * @param root a document whose `swagger` is 2.0; it is not changed
 */
export function convertSwagger(root: JsonObject): Converted {
  const source = renameReferences(root) as JsonObject
  const defaults = { consumes: source['consumes'], produces: source['produces'] }
  const shared = isObject(source['parameters']) ? source['parameters'] : {}
  const context = { defaults, shared }
  return {
    root: {
      openapi: '3.0.3',
      info: source['info'],
      servers: serversOf(source),
      ...(source['tags'] === undefined ? {} : { tags: source['tags'] }),
      ...(source['security'] === undefined ? {} : { security: source['security'] }),
      paths: mapValues(source['paths'], (item) => convertPathItem(item, context)),
      components: {
        schemas: isObject(source['definitions']) ? source['definitions'] : {},
        parameters: mapValues(plainParameters(shared), convertParameter),
        responses: mapValues(source['responses'], (response) =>
          convertResponse(response, defaults.produces),
        ),
        securitySchemes: mapValues(source['securityDefinitions'], convertSecurity),
      },
    },
    notes: ['the document is Swagger 2.0 and was read as OpenAPI 3.0'],
  }
}

interface Context {
  readonly defaults: { readonly consumes: unknown; readonly produces: unknown }
  readonly shared: JsonObject
}

/** Bodies and form fields are no parameters any more; what refers to them takes them over. */
const plainParameters = (shared: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(shared).filter(
      ([, parameter]) =>
        isObject(parameter) && parameter['in'] !== 'body' && parameter['in'] !== 'formData',
    ),
  )

function convertPathItem(item: unknown, { defaults, shared }: Context): unknown {
  if (!isObject(item)) return item
  const { parameters, ...rest } = item
  const common = asList(parameters).map((parameter) => meant(parameter, shared))
  return Object.fromEntries(
    Object.entries(rest).map(([name, part]) => {
      if (!methods.has(name) || !isObject(part)) return [name, part]
      const own = asList(part['parameters']).map((parameter) => meant(parameter, shared))
      const overridden = common.filter((one) => !own.some((other) => isSame(one, other)))
      const operation = { ...defined(defaults), ...part, parameters: [...overridden, ...own] }
      return [name, convertOperation(operation, convertResponse)]
    }),
  )
}

const defined = (values: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))

const isSame = (a: unknown, b: unknown): boolean =>
  isObject(a) && isObject(b) && a['name'] === b['name'] && a['in'] === b['in']

/** What a reference to a shared parameter means. */
function meant(parameter: unknown, shared: JsonObject): unknown {
  if (!isObject(parameter)) return parameter
  const [, name] = /^#\/components\/parameters\/(.+)$/.exec(text(parameter['$ref'])) ?? []
  return name === undefined ? parameter : (shared[name] ?? parameter)
}

function convertResponse(response: unknown, produces: unknown): unknown {
  if (!isObject(response) || response['$ref'] !== undefined) return response
  const { schema, examples, headers, ...rest } = response
  const types = asList(produces).map(text)
  const media = types.length === 0 ? ['application/json'] : types
  return {
    ...rest,
    ...(isObject(headers) ? { headers: mapValues(headers, convertHeader) } : {}),
    ...(schema === undefined
      ? {}
      : {
          content: Object.fromEntries(
            media.map((type) => [type, contentOf(schema, examples, type)]),
          ),
        }),
  }
}

const contentOf = (schema: unknown, examples: unknown, type: string): JsonObject => ({
  schema,
  ...(isObject(examples) && examples[type] !== undefined ? { example: examples[type] } : {}),
})

function convertHeader(header: unknown): unknown {
  if (!isObject(header)) return header
  const { description, ...schema } = header
  return { ...(description === undefined ? {} : { description }), schema }
}

function serversOf(source: JsonObject): readonly JsonObject[] {
  const path = text(source['basePath'])
  const host = text(source['host'])
  if (host === '') return path === '' ? [] : [{ url: path }]
  const schemes = asList(source['schemes']).map(text)
  return (schemes.length === 0 ? ['https'] : schemes).map((scheme) => ({
    url: `${scheme}://${host}${path}`,
  }))
}

function convertSecurity(scheme: unknown): unknown {
  if (!isObject(scheme)) return scheme
  if (scheme['type'] === 'basic') return { type: 'http', scheme: 'basic' }
  if (scheme['type'] !== 'oauth2') return scheme
  // Nothing is made of it but a note, so that its flows need not be told apart.
  return { type: 'oauth2', flows: {} }
}
