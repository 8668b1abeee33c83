import type { RequestChecks } from '../../../ports/catalog.ts'
import { escapeStep, isObject, type JsonObject } from '../../schema/json-pointer.ts'
import type { CheckedSchema, SchemaScope } from '../../schema/scope.ts'
import type { OpenApiDocument, Parts } from '../read/open-api-document.ts'
import { createRequestCheck } from './check-request.ts'
import { readParameter, type Parameter, type ParameterPlace } from './parameter.ts'
import { isAmbiguous, readTemplate } from './path-template.ts'
import { propose, type Proposal } from './proposal.ts'
import { readRequestBody, type RequestBody } from './request-body.ts'
import { readSecurity } from './security.ts'

/** Where an operation stands in its document. */
export interface Site {
  readonly method: string
  readonly path: string
  readonly operationId: string | null
  readonly operation: JsonObject
  /** The path item around it. */
  readonly item: JsonObject
}

/** An operation as its document describes it. */
export interface ReadOperation extends Proposal, RequestChecks {
  readonly mediaTypes: readonly string[]
  readonly headers: ReadonlySet<string>
  /** Schemas that requests are checked against; what they lose belongs to the notes. */
  readonly schemas: readonly CheckedSchema[]
  /** Parameter objects with their references followed. */
  readonly parameters: readonly JsonObject[]
  readonly requestBody: JsonObject | null
}

/** What operations of one document are read with. */
export interface Reading {
  readonly document: OpenApiDocument
  readonly parts: Parts
  readonly scope: SchemaScope
}

/** Headers that OpenAPI leaves to other parts of the description, or that are not the caller's. */
const reservedHeaders: ReadonlySet<string> = new Set([
  'accept',
  'content-type',
  'authorization',
  'cookie',
  'host',
  'connection',
  'te',
  'upgrade',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'transfer-encoding',
  'trailer',
])

export function readOperation(site: Site, reading: Reading): ReadOperation {
  const notes: string[] = []
  const note = (text: string): void => void notes.push(text)
  const declared = declaredParameters(site, reading.parts, note)
  const parameters = declared.flatMap((one) => usableParameter(one, site, reading, note))
  noteAmbiguous(site, note)
  const { requestBody, body } = readBody(site, reading, note)
  const security = readSecurity(reading.document, site.operation, reading.parts)
  const own = parameters.filter((one) => one.in === 'header').map(({ name }) => name.toLowerCase())
  const required = parameters.filter((one) => one.in === 'header' && one.required)
  const proposal = propose({
    ...site,
    requiredHeaders: new Set(required.map(({ name }) => name.toLowerCase())),
  })
  return {
    ...proposal,
    notes: [...proposal.notes, ...notes, ...security.notes, ...leftOut(site, reading.parts)],
    mediaTypes: body?.mediaTypes ?? [],
    headers: new Set([...own, ...security.headers]),
    schemas: [...parameters.flatMap(({ schema }) => schema ?? []), ...(body?.schemas ?? [])],
    parameters: declared,
    requestBody,
    check: createRequestCheck(site.path, parameters, body),
    checkParts: (mediaType) => body?.checkParts(mediaType) ?? null,
    readsWhole: (mediaType) => body?.readsWhole(mediaType) ?? false,
  }
}

function readBody(
  { operation, method, path }: Site,
  { parts, scope, document }: Reading,
  note: (text: string) => void,
): { readonly requestBody: JsonObject | null; readonly body: RequestBody | null } {
  if (operation['requestBody'] === undefined) return { requestBody: null, body: null }
  const found = parts.resolve(operation['requestBody'])
  if (typeof found === 'string') {
    note(`the request body ${found}, and is not checked`)
    return { requestBody: null, body: null }
  }
  const place = `#/paths/${escapeStep(path)}/${method.toLowerCase()}/requestBody`
  return { requestBody: found, body: readRequestBody(found, scope, document.root, place, note) }
}

/** Parameters of the path and of the operation; the operation's own come instead of the path's. */
function declaredParameters(
  { operation, item }: Site,
  parts: Parts,
  note: (text: string) => void,
): readonly JsonObject[] {
  const declared = new Map<string, JsonObject>()
  for (const list of [item['parameters'], operation['parameters']]) {
    if (list !== undefined && !Array.isArray(list)) note('its parameters are no list')
    for (const one of Array.isArray(list) ? list : []) {
      const found = parts.resolve(one)
      if (typeof found === 'string') note(`a parameter ${found}, and is not checked`)
      else if (!isNamed(found)) note('a parameter says no name or no place, and is not checked')
      else declared.set(`${found.in} ${found.name}`, found)
    }
  }
  return [...declared.values()]
}

const isNamed = (
  parameter: JsonObject,
): parameter is JsonObject & { readonly name: string; readonly in: string } =>
  typeof parameter['name'] === 'string' && typeof parameter['in'] === 'string'

function noteAmbiguous({ path }: Site, note: (text: string) => void): void {
  for (const { names } of readTemplate(path).filter(isAmbiguous)) {
    const all = names.map((name) => `{${name}}`).join(', ')
    note(`${all} share a part of the path and are checked only where it can be split in one way`)
  }
}

function usableParameter(
  declared: JsonObject,
  site: Site,
  { scope, document }: Reading,
  note: (text: string) => void,
): readonly Parameter[] {
  const { name, in: place } = declared
  if (typeof name !== 'string') return []
  if (!isPlace(place)) {
    const why = place === 'cookie' ? 'cookies are not passed on' : 'it is not understood'
    note(`${String(place)} parameter "${name}" is not checked: ${why}`)
    return []
  }
  if (place === 'header' && reservedHeaders.has(name.toLowerCase())) return []
  if (place === 'path' && !namesIn(site.path).has(name)) {
    note(`path parameter "${name}" does not stand in the path`)
    return []
  }
  const where = `#/paths/${escapeStep(site.path)}/${site.method.toLowerCase()}/parameters/${name}`
  const known = { ...declared, name, in: place }
  return [readParameter(known, scope, document.root, where, note)]
}

export const isPlace = (place: unknown): place is ParameterPlace =>
  place === 'path' || place === 'query' || place === 'header'

/** Names of the parameters in a path template. */
export const namesIn = (path: string): ReadonlySet<string> =>
  new Set(
    readTemplate(path).flatMap((segment) => (segment.kind === 'parameters' ? segment.names : [])),
  )

/** What the document says beyond the request, and nothing is made of. */
function leftOut({ operation }: Site, parts: Parts): readonly string[] {
  const notes: string[] = []
  const isThere = (value: unknown): boolean => isObject(value) && Object.keys(value).length > 0
  if (isThere(operation['callbacks'])) {
    notes.push('callbacks go from the API to the caller directly; they are not imported')
  }
  const responses = isObject(operation['responses']) ? Object.values(operation['responses']) : []
  const hasLinks = responses.some((response) => {
    const found = parts.resolve(response)
    return typeof found !== 'string' && isThere(found['links'])
  })
  if (hasLinks) notes.push('links in its responses are not followed')
  if (operation['deprecated'] === true) notes.push('the document calls it deprecated')
  return notes
}
