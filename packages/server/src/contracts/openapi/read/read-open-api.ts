import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import { brief } from '../../schema/translation.ts'
import { convertSwagger } from '../swagger2/convert.ts'
import type { OpenApiDocument } from './open-api-document.ts'
import { parseText } from './parse-text.ts'

/** Text as it was found, with the name that messages call it by; or the document itself. */
export type OpenApiSource = { readonly text: string; readonly name: string } | JsonObject

/** A document, or a sentence that says what is wrong with it and what to do. */
export type ReadOutcome =
  | { readonly kind: 'read'; readonly document: OpenApiDocument }
  | { readonly kind: 'refused'; readonly detail: string }

/**
 * Reads an OpenAPI document: JSON or YAML by its content, 3.0, 3.1 and 3.2, and Swagger 2.0, which
 * is converted. Nothing that it refers to is fetched.
 */
export function readOpenApi(source: OpenApiSource): ReadOutcome {
  try {
    return readSource(source)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return { kind: 'refused', detail: 'the document is nested too deeply to be read' }
  }
}

function readSource(source: OpenApiSource): ReadOutcome {
  if (typeof source['text'] !== 'string') return readCopy(source)
  const name = typeof source['name'] === 'string' ? source['name'] : 'the document'
  const parsed = parseText(source['text'])
  return parsed.kind === 'malformed'
    ? { kind: 'refused', detail: `${name} ${parsed.detail}` }
    : readValue(parsed.value, name)
}

/** Objects of a program may hold themselves, or more than JSON can; a copy of their JSON cannot. */
function readCopy(source: JsonObject): ReadOutcome {
  try {
    return readValue(JSON.parse(JSON.stringify(source)) as unknown, 'the document')
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error)
    return { kind: 'refused', detail: `the document cannot be written as JSON: ${reason}` }
  }
}

function readValue(root: unknown, name: string): ReadOutcome {
  const refuse = (detail: string): ReadOutcome => ({ kind: 'refused', detail: `${name} ${detail}` })
  if (!isObject(root)) return refuse('is no OpenAPI document: it must be an object')
  if (root['swagger'] !== undefined) {
    if (!/^2(?:\.0)?$/.test(asText(root['swagger']))) {
      return refuse(`is Swagger ${asText(root['swagger'])}; 2.0 is the oldest that is taken`)
    }
    const converted = convertSwagger(root)
    return readVersion(converted.root, name, converted.notes)
  }
  if (isObject(root['openapi'])) return refuse(isDefinition)
  if (root['openapi'] !== undefined) return readVersion(root, name, [])
  return root['asyncapi'] === undefined
    ? refuse('is no OpenAPI document: it has no "openapi" member that says its version')
    : refuse('is an AsyncAPI document, which has channels; POST /v1/channels/import takes those')
}

const isDefinition =
  'is the definition of a service, not OpenAPI itself: PUT /v1/services/{name} takes it as it is, ' +
  'and the document is its "openapi" member'

function readVersion(root: JsonObject, name: string, notes: readonly string[]): ReadOutcome {
  const declared = asText(root['openapi'])
  const [, version] = /^(3\.[0-2])(?:\.\d+(?:-[\w.]+)?)?$/.exec(declared) ?? []
  if (version === undefined) {
    const detail = `${name} is OpenAPI ${declared}; versions 3.0, 3.1, 3.2 and Swagger 2.0 are taken`
    return { kind: 'refused', detail }
  }
  if (root['paths'] !== undefined && !isObject(root['paths'])) {
    return { kind: 'refused', detail: `${name} is no OpenAPI document: "paths" must be an object` }
  }
  const { info } = root
  const title = isObject(info) && typeof info['title'] === 'string' ? info['title'] : 'Untitled'
  return {
    kind: 'read',
    document: {
      version: version as OpenApiDocument['version'],
      title,
      root,
      dialect: version === '3.0' ? 'openapi-3.0' : dialectNamed(root),
      notes: [...notes, ...notesOn(root, version)],
    },
  }
}

const dialectNamed = (root: JsonObject): OpenApiDocument['dialect'] =>
  /draft-0[4-7]\//.test(asText(root['jsonSchemaDialect'])) ? 'draft-07' : '2020-12'

/** YAML reads `3.0` without quotes as the number three. */
const asText = (version: unknown): string =>
  typeof version === 'string' ? version : version === 3 ? '3.0' : brief(version)

function notesOn(root: JsonObject, version: string): readonly string[] {
  const notes: string[] = []
  const has = (name: string): boolean => isObject(root[name]) && Object.keys(root[name]).length > 0
  if (!has('paths')) notes.push('the document has no paths, so that there is nothing to call')
  if (has('webhooks')) notes.push('webhooks are calls of the API itself and are not imported')
  if (version === '3.2') notes.push('OpenAPI 3.2 is read as 3.1, with the QUERY method')
  return notes
}
