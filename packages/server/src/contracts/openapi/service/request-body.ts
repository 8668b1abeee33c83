import type { PartsCheck, RequestCheck } from '../../../ports/catalog.ts'
import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import type { CheckedSchema, SchemaScope } from '../../schema/scope.ts'
import { createFormCheck } from './form-body.ts'
import { unreadFields } from './form-field.ts'
import { readJsonBody } from './json-body.ts'
import { essenceOf, isForm, isJson, isMultipart, pickMediaType } from './media-type.ts'
import { createPartsCheck } from './multipart-body.ts'

/** The request body that an operation declares. */
export interface RequestBody {
  readonly mediaTypes: readonly string[]
  readonly schemas: readonly CheckedSchema[]
  /** @param body without its content coding */
  check(body: Uint8Array | 'elsewhere', mediaType: string | null): RequestCheck
  /** Whether a body of that media type is checked as a whole. */
  readsWhole(mediaType: string | null): boolean
  /** @returns null where the media type has no parts, or nothing is said about them */
  checkParts(mediaType: string | null): PartsCheck | null
}

type Checker = (body: Uint8Array) => RequestCheck

const ok: RequestCheck = { kind: 'ok' }

/**
 * Makes the check of a request body: JSON and forms are checked against their schemas, of all else
 * the media type.
 *
 * @param declared the request body object, its reference followed
 * @param note told of what is not checked
 */
export function readRequestBody(
  declared: JsonObject,
  scope: SchemaScope,
  root: JsonObject,
  path: string,
  note: (text: string) => void,
): RequestBody {
  const content = isObject(declared['content']) ? declared['content'] : {}
  const mediaTypes = Object.keys(content)
  const schemas: CheckedSchema[] = []
  const partCheckers = new Map<string, (mediaType: string) => PartsCheck>()
  const checkers = new Map<string, readonly [json: Checker | null, form: Checker | null]>()

  for (const [type, media] of Object.entries(content)) {
    const source = isObject(media) ? media['schema'] : undefined
    const essence = essenceOf(type)
    const isRange = essence.includes('*')
    if (source === undefined) continue
    if (isObject(media) && (isMultipart(essence) || isForm(essence))) noteUnread(media, note)
    if (isMultipart(essence) && isObject(media)) {
      const schema = scope.read(source, `${path}/content/${type}/schema`)
      schemas.push(schema)
      partCheckers.set(type, createPartsCheck(media, schema, scope, root))
      continue
    }
    if (!isRange && !isJson(essence) && !isForm(essence)) {
      note(`bodies of ${type} are passed on without being checked`)
      continue
    }
    const schema = scope.read(source, `${path}/content/${type}/schema`)
    schemas.push(schema)
    const form =
      isForm(essence) && isObject(media) ? createFormCheck(media, schema, scope, root) : null
    checkers.set(type, [createJsonCheck(schema), form])
  }

  const required = declared['required'] === true
  return {
    mediaTypes,
    schemas,
    readsWhole(mediaType) {
      const essence = essenceOf(mediaType ?? '')
      return mediaTypes.length > 0 && (isJson(essence) || isForm(essence))
    },
    checkParts(mediaType) {
      const declaredType = pickMediaType(mediaTypes, mediaType ?? '')
      const checker = declaredType === null ? undefined : partCheckers.get(declaredType)
      return checker === undefined || mediaType === null ? null : checker(mediaType)
    },
    check(body, mediaType) {
      if (body.length === 0) return required ? missing(mediaTypes) : ok
      if (mediaTypes.length === 0) return ok
      const essence = essenceOf(mediaType ?? '')
      const declaredType = pickMediaType(mediaTypes, mediaType ?? '')
      if (declaredType === null) return { kind: 'unsupported-media-type', accepted: mediaTypes }
      if (body === 'elsewhere') return ok
      const [json, form] = checkers.get(declaredType) ?? []
      if (isJson(essence)) return (json ?? readable)(body)
      return isForm(essence) && form ? form(body) : ok
    },
  }
}

function noteUnread(media: JsonObject, note: (text: string) => void): void {
  for (const [name, style] of unreadFields(media)) {
    note(`the style "${style}" of the field "${name}" is not understood; it is not checked`)
  }
}

const missing = (mediaTypes: readonly string[]): RequestCheck => ({
  kind: 'invalid',
  errors: [{ pointer: '', detail: `a body is required; send ${mediaTypes.join(' or ')}` }],
})

const createJsonCheck =
  (schema: CheckedSchema): Checker =>
  (body) => {
    const read = readJsonBody(body)
    if (read.kind === 'malformed') return read
    const errors = schema.check(read.value)
    return errors.length === 0 ? ok : { kind: 'invalid', errors }
  }

const readable: Checker = (body) => {
  const read = readJsonBody(body)
  return read.kind === 'malformed' ? read : ok
}
