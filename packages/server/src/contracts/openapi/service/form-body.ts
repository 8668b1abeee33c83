import type { RequestCheck } from '../../../ports/catalog.ts'
import { escapeStep, isObject, type JsonObject } from '../../schema/json-pointer.ts'
import type { CheckedSchema, SchemaScope } from '../../schema/scope.ts'
import { coerce, type Loose } from './coerce.ts'
import { essenceOf, isJson } from './media-type.ts'
import { readPairs, type Pair } from './query-string.ts'
import { shapeOf, type Shape } from './shape.ts'
import { takePairs, type Style, type Taken } from './style.ts'

const decoder = new TextDecoder()
const noClaims: ReadonlySet<string> = new Set()

/**
 * Makes the check of `application/x-www-form-urlencoded`: fields are read as the `encoding` of the
 * media type says, nested objects as JSON.
 */
export function createFormCheck(
  media: JsonObject,
  schema: CheckedSchema,
  scope: SchemaScope,
  root: JsonObject,
): (body: Uint8Array) => RequestCheck {
  const check = createFieldsCheck(media, schema, scope, root)
  return (body) => check(readPairs(decoder.decode(body)), noFiles)
}

const noFiles: ReadonlyMap<string, number> = new Map()

/** Checks the fields of a form; of files, by their names and how many there are of each. */
export type FieldsCheck = (
  pairs: readonly Pair[],
  files: ReadonlyMap<string, number>,
) => RequestCheck

export function createFieldsCheck(
  media: JsonObject,
  schema: CheckedSchema,
  scope: SchemaScope,
  root: JsonObject,
): FieldsCheck {
  const shape = shapeOf(media['schema'], scope.references, root)
  const encodings = isObject(media['encoding']) ? media['encoding'] : {}

  return (pairs, files) => {
    const value: Record<string, unknown> = {}
    for (const name of fieldNames(pairs, encodings)) {
      const taken = takeField(pairs, name, encodings[name], shape.member(name))
      if (taken.kind === 'broken') {
        return {
          kind: 'invalid',
          errors: [{ pointer: '', detail: `the field "${name}" ${taken.detail}` }],
        }
      }
      if (taken.kind === 'value') define(value, name, readField(taken.value, shape.member(name)))
    }
    for (const [name, count] of files) {
      define(value, name, standIn(shape.member(name), count))
    }
    // What is in a file is not looked at, only that it is there.
    const isOfFile = (pointer: string): boolean =>
      [...files.keys()].some((name) => isContent(pointer, `/${escapeStep(name)}`, value[name]))
    const errors = schema.check(value).filter(({ pointer }) => !isOfFile(pointer))
    return errors.length === 0 ? { kind: 'ok' } : { kind: 'invalid', errors }
  }
}

const standIn = (shape: Shape, count: number): string | readonly string[] =>
  shape.types.has('array') ? Array.from({ length: count }, () => '') : ''

/** Of a list of files, each one stands in it; how many there are is no content. */
const isContent = (pointer: string, place: string, standing: unknown): boolean =>
  pointer.startsWith(`${place}/`) || (pointer === place && !Array.isArray(standing))

const define = (object: object, name: string, value: unknown): void => {
  Object.defineProperty(object, name, { value, enumerable: true })
}

/** Names of the fields; those written as `name[key]` count as one where that is their style. */
function fieldNames(pairs: readonly Pair[], encodings: JsonObject): ReadonlySet<string> {
  const deep = Object.keys(encodings).filter(
    (name) => styleOf(encodings[name]).name === 'deepObject',
  )
  return new Set(
    pairs.map(({ name }) => deep.find((prefix) => name.startsWith(`${prefix}[`)) ?? name),
  )
}

function styleOf(encoding: unknown): Style {
  const declared = isObject(encoding) ? encoding : {}
  const name = typeof declared['style'] === 'string' ? declared['style'] : 'form'
  const explode = typeof declared['explode'] === 'boolean' ? declared['explode'] : name === 'form'
  return { name, explode }
}

function takeField(pairs: readonly Pair[], name: string, encoding: unknown, shape: Shape): Taken {
  const isList = shape.types.has('array')
  const style = styleOf(encoding)
  const asText = isObject(encoding) && isJson(essenceOf(String(encoding['contentType'])))
  const read = asText || (!isList && style.name === 'form') ? textual(shape) : shape
  return takePairs(pairs, name, style, read, noClaims)
}

/** A field that holds one text, whatever that means. */
const textual = (shape: Shape): Shape => ({
  ...shape,
  types: new Set(['string', ...arrayOf(shape)]),
})

const arrayOf = ({ types }: Shape): readonly 'array'[] =>
  types.has('array') || types.size === 0 ? ['array'] : []

function readField(value: Loose, shape: Shape): unknown {
  const isJsonText =
    typeof value === 'string' && (shape.types.has('object') || shape.types.has('array'))
  if (!isJsonText) return coerce(value, shape)
  try {
    return JSON.parse(value) as unknown
  } catch {
    return coerce(value, shape)
  }
}
